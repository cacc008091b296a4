-- What each column means, for a person's SQL prompt and the Dagster UI alike: duckdb_columns() gives it back. A later
-- migration that adds a column says so by COMMENT ON, too; nothing else explains columns.

COMMENT ON COLUMN announcements.digest IS 'the digest''s name';
COMMENT ON COLUMN announcements.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN announcements.announced_at IS 'the mailing, UTC';
COMMENT ON COLUMN announcements.kind IS 'new or cross';
COMMENT ON COLUMN announcements.known_by IS 'feed, oai, first_seen, inferred';
COMMENT ON COLUMN announcements.first_seen_at IS 'when we first saw the paper, UTC';
COMMENT ON COLUMN announcements.first_seen_by IS 'api, feed, oai';
COMMENT ON COLUMN announcements.latest_at IS 'the newest mailing that named it, UTC';

COMMENT ON COLUMN dates_asked.digest IS 'the digest''s name';
COMMENT ON COLUMN dates_asked.digest_date IS 'the date of the post';
COMMENT ON COLUMN dates_asked.asked_at IS 'first time';

COMMENT ON COLUMN deliveries.digest IS 'the digest''s name';
COMMENT ON COLUMN deliveries.digest_date IS 'the date of the post';
COMMENT ON COLUMN deliveries.receiver IS 'a hash of its address, which is a secret';
COMMENT ON COLUMN deliveries.kind IS 'its service, as apprise calls it';
COMMENT ON COLUMN deliveries.content IS 'a hash of what is worth telling';
COMMENT ON COLUMN deliveries.tries IS 'so far';
COMMENT ON COLUMN deliveries.tried_at IS 'last, UTC';
COMMENT ON COLUMN deliveries.delivered_at IS 'NULL: not yet';
COMMENT ON COLUMN deliveries.error IS 'of the last try';

COMMENT ON COLUMN digests.digest IS 'the digest''s name';
COMMENT ON COLUMN digests.digest_date IS 'the date of the post';
COMMENT ON COLUMN digests.made_at IS 'first time';
COMMENT ON COLUMN digests.categories IS 'that were asked for then';
COMMENT ON COLUMN digests.empty_reason IS 'why it has no papers';

COMMENT ON COLUMN entry_payloads.payload_hash IS 'SHA-256 of the payload';
COMMENT ON COLUMN entry_payloads.payload IS 'one entry as XML, as received';
COMMENT ON COLUMN entry_payloads.stored_at IS 'when it was stored, UTC';

COMMENT ON COLUMN fetches.fetch_id IS 'one request to one source';
COMMENT ON COLUMN fetches.digest IS 'the digest''s name';
COMMENT ON COLUMN fetches.digest_date IS 'the date of the post';
COMMENT ON COLUMN fetches.source IS 'api, feed, oai';
COMMENT ON COLUMN fetches.scope IS 'the categories asked for, as cs.SD+eess.AS';
COMMENT ON COLUMN fetches.query IS 'that was asked';
COMMENT ON COLUMN fetches.window_start IS 'of the submissions asked for; NULL for a feed';
COMMENT ON COLUMN fetches.window_end IS 'of the submissions that were asked for, UTC';
COMMENT ON COLUMN fetches.fetched_at IS 'when it came, UTC';
COMMENT ON COLUMN fetches.newest_mailing_at IS 'the newest mailing of which it showed anything';
COMMENT ON COLUMN fetches.entry_count IS 'of the answer';
COMMENT ON COLUMN fetches.error IS 'NULL: complete';
COMMENT ON COLUMN fetches.resolved IS 'whether its announcements were derived';

COMMENT ON COLUMN full_texts.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN full_texts.version IS 'of the paper';
COMMENT ON COLUMN full_texts.source IS 'html, pdf, abstract';
COMMENT ON COLUMN full_texts.reason IS 'why no better source was used';
COMMENT ON COLUMN full_texts.final IS 'false: the reason may pass, and it is asked for again';
COMMENT ON COLUMN full_texts.sections IS 'packed by reading/stored.py';
COMMENT ON COLUMN full_texts.byte_count IS 'of what was fetched';
COMMENT ON COLUMN full_texts.section_count IS 'with a title';
COMMENT ON COLUMN full_texts.formula_count IS 'in the text';
COMMENT ON COLUMN full_texts.table_count IS 'in the text';
COMMENT ON COLUMN full_texts.token_count IS 'an estimate for models of other vendors';
COMMENT ON COLUMN full_texts.licence IS 'its address';
COMMENT ON COLUMN full_texts.figure_url IS 'of the first figure, on arXiv';
COMMENT ON COLUMN full_texts.figure_caption IS 'of the first figure';
COMMENT ON COLUMN full_texts.fetched_at IS 'when it came, UTC';

COMMENT ON COLUMN model_answers.answer_key IS 'the hash of what produced it: model, parameters, prompt, input';
COMMENT ON COLUMN model_answers.kind IS 'what was asked for: translation, gist, reading, overview, second_reading, embedding';
COMMENT ON COLUMN model_answers.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN model_answers.version IS 'of the paper';
COMMENT ON COLUMN model_answers.model IS 'that answered';
COMMENT ON COLUMN model_answers.prompt_version IS 'that was asked with';
COMMENT ON COLUMN model_answers.answer IS 'as received';
COMMENT ON COLUMN model_answers.finish_reason IS 'as the endpoint gave it';
COMMENT ON COLUMN model_answers.defects IS 'what the checks found';
COMMENT ON COLUMN model_answers.input_tokens IS 'NULL: the endpoint did not say';
COMMENT ON COLUMN model_answers.output_tokens IS 'of all its calls; NULL: the endpoint did not say';
COMMENT ON COLUMN model_answers.cached_tokens IS 'of the input, those in the provider''s prefix cache';
COMMENT ON COLUMN model_answers.created_at IS 'when it came, UTC';
COMMENT ON COLUMN model_answers.calls IS 'unusable answers before it were billed too';
COMMENT ON COLUMN model_answers.in_batch IS 'asked by a batch, which has its own price';

COMMENT ON COLUMN model_batch_requests.submission_id IS 'of the batch in model_batches';
COMMENT ON COLUMN model_batch_requests.answer_key IS 'of the answer in `model_answers`';
COMMENT ON COLUMN model_batch_requests.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN model_batch_requests.version IS 'of the paper';
COMMENT ON COLUMN model_batch_requests.error IS 'what the endpoint said where it gave no answer';
COMMENT ON COLUMN model_batch_requests.kind IS 'translation, reading';
COMMENT ON COLUMN model_batch_requests.prompt_version IS 'that was asked with';

COMMENT ON COLUMN model_batches.submission_id IS 'ours, in the name of its file';
COMMENT ON COLUMN model_batches.batch_id IS 'the endpoint''s; NULL: not known to have begun';
COMMENT ON COLUMN model_batches.base_url IS 'of the endpoint';
COMMENT ON COLUMN model_batches.model IS 'that answered';
COMMENT ON COLUMN model_batches.submitted_at IS 'UTC';
COMMENT ON COLUMN model_batches.status IS 'submitting, then as the endpoint calls it';
COMMENT ON COLUMN model_batches.request_count IS 'in its file';
COMMENT ON COLUMN model_batches.estimated_tokens IS 'of its requests and their answers';
COMMENT ON COLUMN model_batches.collected_at IS 'when its answers became rows; NULL: still to be collected';
COMMENT ON COLUMN model_batches.error IS 'as the endpoint gave it';
COMMENT ON COLUMN model_batches.digest IS 'the digest''s name';
COMMENT ON COLUMN model_batches.digest_date IS 'the date of the post';
COMMENT ON COLUMN model_batches.input_file_id IS 'NULL: not uploaded, so that it cannot have begun';
COMMENT ON COLUMN model_batches.estimated_output_tokens IS 'of estimated_tokens';

COMMENT ON COLUMN open_papers.digest IS 'the digest''s name';
COMMENT ON COLUMN open_papers.identifier IS 'arXiv''s, without a version';

COMMENT ON COLUMN paces.lane IS 'what is paced: lists or texts';
COMMENT ON COLUMN paces.next_at IS 'the next request may leave then, UTC';

COMMENT ON COLUMN paper_updates.digest IS 'the digest''s name';
COMMENT ON COLUMN paper_updates.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN paper_updates.version IS 'of the paper';
COMMENT ON COLUMN paper_updates.digest_date IS 'that lists it';
COMMENT ON COLUMN paper_updates.claimed_date IS 'that published the paper';
COMMENT ON COLUMN paper_updates.claimed_version IS 'which was current then';
COMMENT ON COLUMN paper_updates.abstract_changed IS 'title or abstract, beyond spaces';
COMMENT ON COLUMN paper_updates.withdrawn IS 'by its authors, in the new version';
COMMENT ON COLUMN paper_updates.recorded_at IS 'when it was stored, UTC';

COMMENT ON COLUMN papers.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN papers.version IS 'of the paper';
COMMENT ON COLUMN papers.title IS 'as the source gave it';
COMMENT ON COLUMN papers.abstract IS 'as the source gave it';
COMMENT ON COLUMN papers.authors IS 'in their order';
COMMENT ON COLUMN papers.categories IS 'primary first';
COMMENT ON COLUMN papers.published_at IS 'submission of v1; NULL where only a feed told of the paper';
COMMENT ON COLUMN papers.updated_at IS 'when this version was submitted, UTC';
COMMENT ON COLUMN papers.comment IS 'the authors''';
COMMENT ON COLUMN papers.journal_ref IS 'the authors''';
COMMENT ON COLUMN papers.doi IS 'the publisher''s';
COMMENT ON COLUMN papers.licence IS 'its address';
COMMENT ON COLUMN papers.source IS 'of the fields above';
COMMENT ON COLUMN papers.recorded_at IS 'when it was stored, UTC';

COMMENT ON COLUMN passed_on.digest IS 'the digest''s name';
COMMENT ON COLUMN passed_on.digest_date IS 'the date of the post';
COMMENT ON COLUMN passed_on.identifier IS 'arXiv''s, without a version';

COMMENT ON COLUMN published_papers.digest IS 'the digest''s name';
COMMENT ON COLUMN published_papers.digest_date IS 'the date of the post';
COMMENT ON COLUMN published_papers.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN published_papers.version IS 'of the paper';
COMMENT ON COLUMN published_papers.published_at IS 'when a post first showed it, UTC';

COMMENT ON COLUMN raw_feed_entries.digest IS 'the digest''s name';
COMMENT ON COLUMN raw_feed_entries.digest_date IS 'the date of the post';
COMMENT ON COLUMN raw_feed_entries.source IS 'api, feed, oai';
COMMENT ON COLUMN raw_feed_entries.position IS 'in the source''s order';
COMMENT ON COLUMN raw_feed_entries.identifier IS 'NULL where the entry has none that can be read';
COMMENT ON COLUMN raw_feed_entries.version IS 'of the paper';
COMMENT ON COLUMN raw_feed_entries.kind IS 'new, cross, replace, replace-cross; feeds only';
COMMENT ON COLUMN raw_feed_entries.announced_at IS 'the mailing; feeds only';
COMMENT ON COLUMN raw_feed_entries.unreadable IS 'what the entry lacks; NULL: nothing';
COMMENT ON COLUMN raw_feed_entries.payload_hash IS 'of the XML in `entry_payloads`';
COMMENT ON COLUMN raw_feed_entries.query IS 'that was asked';
COMMENT ON COLUMN raw_feed_entries.fetched_at IS 'when it came, UTC';

COMMENT ON COLUMN rendered_posts.digest IS 'the digest''s name';
COMMENT ON COLUMN rendered_posts.digest_date IS 'the date of the post';
COMMENT ON COLUMN rendered_posts.path IS 'NULL: no papers, no post';
COMMENT ON COLUMN rendered_posts.sha256 IS 'of the file, as it was written';
COMMENT ON COLUMN rendered_posts.announced IS '= published + filtered + failed';
COMMENT ON COLUMN rendered_posts.published IS 'with all that was asked for';
COMMENT ON COLUMN rendered_posts.filtered IS 'left out by the settings';
COMMENT ON COLUMN rendered_posts.failed IS 'shown, without all that was asked for';
COMMENT ON COLUMN rendered_posts.late IS 'announced for an earlier date; among the others';
COMMENT ON COLUMN rendered_posts.rendered_at IS 'when it was written, UTC';

COMMENT ON COLUMN retries.digest IS 'the digest''s name';
COMMENT ON COLUMN retries.digest_date IS 'the date of the post';
COMMENT ON COLUMN retries.asked IS 'how often';
COMMENT ON COLUMN retries.last_asked_at IS 'UTC';

COMMENT ON COLUMN site_dates.digest IS 'the digest''s name';
COMMENT ON COLUMN site_dates.digest_date IS 'the date of the post';
COMMENT ON COLUMN site_dates.fingerprint IS 'of everything that the date''s page is made of';
COMMENT ON COLUMN site_dates.changed_at IS 'when its page last changed, UTC';

COMMENT ON COLUMN stop_signs.source IS 'what is not to be asked';
COMMENT ON COLUMN stop_signs.sign IS '403, captcha, 429, ...';
COMMENT ON COLUMN stop_signs.seen_at IS 'UTC';
COMMENT ON COLUMN stop_signs.until IS 'UTC; NULL: until somebody lifts it';
COMMENT ON COLUMN stop_signs.times IS 'in a row: each time, the pause is twice as long';

COMMENT ON COLUMN summaries.digest IS 'the digest''s name';
COMMENT ON COLUMN summaries.digest_date IS 'the date of the post';
COMMENT ON COLUMN summaries.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN summaries.version IS 'of the paper';
COMMENT ON COLUMN summaries.language IS 'that was asked for';
COMMENT ON COLUMN summaries.status IS 'done, withheld, failed, not asked, budget';
COMMENT ON COLUMN summaries.reason IS 'why it is not done';
COMMENT ON COLUMN summaries.background IS 'the problem, and where earlier work falls short';
COMMENT ON COLUMN summaries.method IS 'what the paper does';
COMMENT ON COLUMN summaries.results IS 'what it found';
COMMENT ON COLUMN summaries.text_source IS 'html, pdf, abstract';
COMMENT ON COLUMN summaries.model IS 'that answered';
COMMENT ON COLUMN summaries.prompt_version IS 'that was asked with';
COMMENT ON COLUMN summaries.input_tokens IS 'of all its calls; NULL: the endpoint did not say';
COMMENT ON COLUMN summaries.output_tokens IS 'of all its calls; NULL: the endpoint did not say';
COMMENT ON COLUMN summaries.cached_tokens IS 'of the input, those in the provider''s prefix cache';
COMMENT ON COLUMN summaries.answer_key IS 'of the answer in `model_answers`';
COMMENT ON COLUMN summaries.recorded_at IS 'when it was stored, UTC';

COMMENT ON COLUMN translations.digest IS 'the digest''s name';
COMMENT ON COLUMN translations.digest_date IS 'the date of the post';
COMMENT ON COLUMN translations.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN translations.version IS 'of the paper';
COMMENT ON COLUMN translations.language IS 'that was asked for';
COMMENT ON COLUMN translations.status IS 'done, withheld, failed, not asked, budget';
COMMENT ON COLUMN translations.reason IS 'why it is not done';
COMMENT ON COLUMN translations.abstract IS 'in `language`';
COMMENT ON COLUMN translations.model IS 'that answered';
COMMENT ON COLUMN translations.prompt_version IS 'that was asked with';
COMMENT ON COLUMN translations.input_tokens IS 'of all its calls; NULL: the endpoint did not say';
COMMENT ON COLUMN translations.output_tokens IS 'of all its calls; NULL: the endpoint did not say';
COMMENT ON COLUMN translations.cached_tokens IS 'of the input, those in the provider''s prefix cache';
COMMENT ON COLUMN translations.answer_key IS 'of the answer in `model_answers`';
COMMENT ON COLUMN translations.recorded_at IS 'when it was stored, UTC';

COMMENT ON COLUMN windowed_papers.digest IS 'the digest''s name';
COMMENT ON COLUMN windowed_papers.digest_date IS 'the date of the post';
COMMENT ON COLUMN windowed_papers.identifier IS 'arXiv''s, without a version';
COMMENT ON COLUMN windowed_papers.version IS 'that was current when it was claimed';
COMMENT ON COLUMN windowed_papers.outcome IS 'kept, filtered';
COMMENT ON COLUMN windowed_papers.reason IS 'why it was filtered';
COMMENT ON COLUMN windowed_papers.late IS 'announced for an earlier date whose digest had been made';
COMMENT ON COLUMN windowed_papers.in_window IS 'submitted in the date''s window';
COMMENT ON COLUMN windowed_papers.withdrawn IS 'by its authors';
COMMENT ON COLUMN windowed_papers.claimed_at IS 'when the date took it, UTC';

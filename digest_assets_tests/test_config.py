"""Settings: the file, the environment over it, and one clear line for each mistake."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from digest_assets.config import LlmSettings, find_config, load_settings, setting_names
from digest_assets.errors import ConfigurationError
from digest_assets.llm.providers import presets

ROOT = Path(__file__).parents[1]


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "digest.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def test_the_environment_goes_before_the_file(written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = written('[llm]\nbase_url = "http://file/v1"\nmodel = "of-the-file"\n')
    monkeypatch.setenv("DIGEST__LLM__BASE_URL", "http://environment/v1/")
    monkeypatch.setenv("DIGEST__DIGEST__CATEGORIES", "cs.CL, stat.ML")
    settings = load_settings(path)
    assert (settings.llm.base_url, settings.llm.model) == ("http://environment/v1", "of-the-file")
    assert settings.digest.categories == ("cs.CL", "stat.ML")


def test_a_preset_fills_what_is_not_said(written: Callable[[str], Path]) -> None:
    llm = load_settings(written('[llm]\npreset = "deepseek"\nmodel = "my-own"\n')).llm
    assert (llm.preset, llm.model, llm.api_key_env) == ("deepseek", "my-own", "DEEPSEEK_API_KEY")
    assert llm.base_url.startswith("https://api.deepseek.com")


def test_a_local_server_asks_for_no_key(written: Callable[[str], Path]) -> None:
    assert load_settings(written('[llm]\npreset = "local"\n')).llm.api_key() == ""


def test_a_key_that_is_empty_is_none(written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " ")
    assert load_settings(written("")).llm.api_key() is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[digest]\ncategorie = ["cs.SD"]\n', ["digest.categorie", "digest.categories"]),
        ("[llmm]\nx = 1\n", ["llmm", "did you mean llm"]),
        ("[digest\n", ["not valid TOML", "line 1"]),
        ('[digest]\ntimezone = "Asia/Beijing"\n', ["digest.timezone", "Asia/Shanghai"]),
        ("[digest]\ncategories = []\n", ["digest.categories", "at least one"]),
        ('[digest]\ncategories = ["speech!"]\n', ["digest.categories", "speech!"]),
        ("[llm]\nmax_concurrency = 0\n", ["llm.max_concurrency"]),
        ('[llm]\npreset = "oepnai"\n', ["llm.preset", "openai"]),
        ('[arxiv]\napi_url = "export.arxiv.org"\n', ["arxiv.api_url", "http"]),
        ('[digest]\nanchor = "half past eight"\n', ["digest.anchor"]),
    ],
)
def test_a_mistake_is_one_line_that_names_it(written: Callable[[str], Path], text: str, words: list[str]) -> None:
    path = written(text)
    with pytest.raises(ConfigurationError) as caught:
        load_settings(path)
    message = str(caught.value)
    assert "\n" not in message
    assert str(path) in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[llm]\nattempts = true", ["llm.attempts", "true is not a number"]),
        ("[llm]\nmodel = true", ["llm.model", "true is not a text in quotes"]),
        ("[digest]\ncategories = true", ["digest.categories", "true is not a list"]),
        ("[llm]\nprices = true", ["llm.prices", "true is not a table"]),
        ("[digest]\nname = 8", ["digest.name", "it should be a text in quotes"]),
        ("[filters]\nexclude_keywords = 5", ["filters.exclude_keywords", "it should be a list"]),
        ("[llm]\ntext_tokens = 1e99", ["llm.text_tokens", "it should be a whole number up to"]),
        ('[llm]\naudienc = ""', ["there is no setting llm.audienc"]),
        ('[store]\nurl = "mysql://me:secret@x/y"', ["store.url", "neither a path nor a lake's address"]),
        ("[llm]\ntimeout_seconds = true", ["llm.timeout_seconds", "true"]),
        ("[llm]\nbudget_run_money = false", ["llm.budget_run_money", "false"]),
        ('[llm.prices."m"]\ninput = true\noutput = 1', ["llm.prices.m.input", "true"]),
        ("[llm]\ntimeout_seconds = 1e99", ["llm.timeout_seconds", "1e+99 is not a number up to 86,400"]),
        ("[llm]\ntimeout_seconds = inf", ["llm.timeout_seconds", "inf"]),
        ("[llm]\nbatch_wait_minutes = nan", ["llm.batch_wait_minutes"]),
        ("[arxiv]\nlookback_days = 1000000", ["arxiv.lookback_days", "3,650"]),
        ("[llm]\nattempts = 1e15", ["llm.attempts", "is not a number up to"]),
    ],
)
def test_a_number_that_cannot_be_meant_is_refused(written: Callable[[str], Path], text: str, words: list[str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(written(text))
    said = str(caught.value)
    assert all(word in said for word in words), said
    assert "\n" not in said


def test_blanks_part_categories_and_empty_words_are_none(written: Callable[[str], Path]) -> None:
    text = '[digest]\ncategories = ["cs.SD eess.AS"]\n[filters]\ninclude_keywords = ["", " ", "   ", " codec "]'
    settings = load_settings(written(text))
    assert settings.digest.categories == ("cs.SD", "eess.AS")
    assert settings.filters.include_keywords == ("codec",)


def test_a_switch_takes_true_and_the_environments_word_for_it(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST__LLM__BATCH", "true")
    settings = load_settings(written("[llm]\nstream = true"))
    assert (settings.llm.stream, settings.llm.batch) == (True, True)


def test_a_misspelt_variable_is_an_error_that_names_the_nearest(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST__LLM__BASEURL", "http://x/v1")
    with pytest.raises(ConfigurationError, match=r"DIGEST__LLM__BASEURL.*llm\.base_url"):
        load_settings(written(""))


def test_a_file_that_is_named_and_not_there_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIGEST_CONFIG", str(tmp_path / "missing.toml"))
    with pytest.raises(ConfigurationError, match=r"missing\.toml does not exist"):
        load_settings()


def test_the_file_is_found_from_a_folder_below_it(written: Callable[[str], Path], tmp_path: Path) -> None:
    path = written("")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    assert find_config(below) == path


def test_relative_paths_are_relative_to_the_file(written: Callable[[str], Path], tmp_path: Path) -> None:
    settings = load_settings(written("[store]\nurl = 'somewhere/digest.duckdb'\n"))
    assert settings.path(settings.store.url) == tmp_path / "somewhere" / "digest.duckdb"


def test_no_secret_has_a_place_in_the_file() -> None:
    assert not [name for name in setting_names() if re.search(r"(^|\.)(api_)?key$|secret|password|token$", name)]


def test_dagsters_settings_are_the_same_wherever_its_home_is() -> None:
    root = ROOT
    assert (root / "dagster.yaml").read_text("utf-8") == (root / "digest_assets" / "dagster.yaml").read_text("utf-8")


CANARIES = [
    "sk-Kx93mQvTz81LbNw02RyUc5",
    "gsk_Kx93mQvTz81LbNw02RyUc5Jd",
    "AIzaSyKx93mQvTz81LbNw02RyUc5JdPq7We4Tr",
    "c0ffee00c0ffee00c0ffee00c0ffee00.AbCdEfGhIjKlMnOp",
    "a key of three words",
    "mailtos://user:Kx93mQvTz81@example.org",
]


@pytest.mark.parametrize("key", CANARIES)
@pytest.mark.parametrize("setting", ["llm.api_key_env", "delivery.urls_env"])
def test_a_secret_in_the_place_of_a_variable_s_name_is_refused_and_shown_nowhere(
    written: Callable[[str], Path], setting: str, key: str
) -> None:
    section, name = setting.split(".")
    with pytest.raises(ConfigurationError) as caught:
        load_settings(written(f'[{section}]\n{name} = "{key}"\n'))
    told = "".join(traceback.format_exception(caught.value))
    assert setting.split(".")[0] in str(caught.value)
    assert key not in told
    assert key[8:] not in told


@pytest.mark.parametrize("setting", [name for name in setting_names() if name not in ("llm.prices", "output.prices")])
def test_no_setting_takes_a_key_or_shows_it(
    written: Callable[[str], Path], setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = CANARIES[0]
    section, name = setting.split(".")
    path = written(f'[{section}]\n{name} = "{key}"\n')
    for variable in (None, f"DIGEST__{section}__{name}".upper()):
        if variable:
            path.write_text("")
            monkeypatch.setenv(variable, key)
        with pytest.raises(ConfigurationError) as caught:
            load_settings(path)
        assert key[3:] not in "".join(traceback.format_exception(caught.value))


def test_the_names_of_variables_are_taken() -> None:
    for name in ("OPENAI_API_KEY", "my_key", "KEY2", ""):
        assert LlmSettings(api_key_env=name).api_key_env == name


@pytest.mark.parametrize("key", ["sk-one two", "sk-one\nsk-two", "sk-ключ", "“sk-quoted”"])
def test_what_cannot_be_a_key_is_refused_and_not_shown(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", key)
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY is not a key") as caught:
        load_settings(written("")).llm.api_key()
    assert "sk-" not in str(caught.value)


def test_every_preset_can_be_chosen_and_azure_wants_an_address(written: Callable[[str], Path]) -> None:
    for name in set(presets()) - {"azure", "none"}:
        assert load_settings(written(f'[llm]\npreset = "{name}"\n')).llm.model
    with pytest.raises(ConfigurationError, match=r"openai\.azure\.com"):
        load_settings(written('[llm]\npreset = "azure"\nmodel = "mine"\n'))


def test_a_preset_that_is_no_word_is_refused(written: Callable[[str], Path]) -> None:
    with pytest.raises(ConfigurationError, match=r"llm\.preset"):
        load_settings(written('[llm]\npreset = ["openai"]\n'))


def test_a_key_in_a_list_or_a_table_is_refused(written: Callable[[str], Path]) -> None:
    for toml in (
        f'[filters]\ninclude_keywords = ["speech", "{CANARIES[0]}"]',
        f'[llm.prices."{CANARIES[0]}"]\ninput = 1',
    ):
        with pytest.raises(ConfigurationError, match="looks like a key") as caught:
            load_settings(written(toml))
        assert CANARIES[0] not in str(caught.value)


def test_secrets_beside_digest_toml_are_read_and_the_environment_goes_before(
    written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "DIGEST_DELIVERY_URLS"):
        monkeypatch.delenv(name, raising=False)
    path = written("")
    secrets = path.parent / ".env"
    secrets.write_text("# mine\nOPENAI_API_KEY=first\nDIGEST_DELIVERY_URLS='json://a b'\nDIGEST__DIGEST__LANGUAGE=en\n")
    secrets.chmod(0o600)
    settings = load_settings(path)
    assert (settings.llm.api_key(), settings.digest.language) == ("first", "en")
    assert settings.delivery.urls() == ("json://a", "b")
    secrets.write_text("OPENAI_API_KEY=second\n")
    assert load_settings(path).llm.api_key() == "second"  # a process that goes on sees a new key
    monkeypatch.setenv("OPENAI_API_KEY", "of-the-environment")
    assert load_settings(path).llm.api_key() == "of-the-environment"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_secrets_that_others_can_read_are_refused_and_not_shown(written: Callable[[str], Path], mode: int) -> None:
    path = written("")
    secrets = path.parent / ".env"
    secrets.write_text(f"OPENAI_API_KEY={CANARIES[0]}\n")
    secrets.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600") as caught:
        load_settings(path)
    assert CANARIES[0] not in "".join(traceback.format_exception(caught.value))

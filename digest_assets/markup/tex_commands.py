"""Which commands of TeX may stand in a formula, and how they are written.

A list of what is allowed, not of what is forbidden: MathJax, KaTeX and MathML know many commands that load code, link,
paint, move over what stands elsewhere or change the rest of the page, and each version brings more. What `safe_tex`
writes is known to MathJax 3 as it is shipped (its packages `base` and `ams`; `\\boldsymbol` it loads by itself), to
KaTeX and to math-core; what one of them lacks is written with what they all know.
"""

from __future__ import annotations


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


SYMBOLS = _names("""
    aleph alpha amalg And angle approx approxeq arccos arcsin arctan arg ast asymp backepsilon backprime backsim
    backsimeq backslash barwedge Bbbk because beta beth between bigcap bigcirc bigcup bigodot bigoplus bigotimes
    bigsqcup bigstar bigtriangledown bigtriangleup biguplus bigvee bigwedge blacklozenge blacksquare blacktriangle
    blacktriangledown blacktriangleleft blacktriangleright bmod bot bowtie Box boxdot boxminus boxplus boxtimes
    bullet Bumpeq bumpeq Cap cap cdot cdotp cdots checkmark chi circ circeq circlearrowleft circlearrowright
    circledast circledcirc circleddash circledR circledS clubsuit colon complement cong coprod cos cosh cot coth csc
    Cup cup curlyeqprec curlyeqsucc curlyvee curlywedge curvearrowleft curvearrowright dagger daleth dashleftarrow
    dashrightarrow dashv ddagger ddots deg Delta delta det diagdown diagup Diamond diamond diamondsuit digamma dim
    div divideontimes Doteq doteq doteqdot dotplus dots doublebarwedge doublecap doublecup Downarrow downarrow
    downdownarrows downharpoonleft downharpoonright ell emptyset epsilon eqcirc eqsim eqslantgtr eqslantless equiv
    eta eth exists exp fallingdotseq Finv flat forall frown Game Gamma gamma gcd ge geq geqq geqslant gets gg ggg
    gggtr gimel gnapprox gneq gneqq gnsim gt gtrapprox gtrdot gtreqless gtreqqless gtrless gtrsim gvertneqq hbar
    heartsuit hom hookleftarrow hookrightarrow hslash iff iiint iint Im imath impliedby implies in inf infty
    injlim int intercal iota jmath Join kappa ker Lambda lambda land langle lbrace lbrack lceil ldotp ldots le
    leadsto Leftarrow leftarrow leftarrowtail leftharpoondown leftharpoonup leftleftarrows Leftrightarrow
    leftrightarrow leftrightarrows leftrightharpoons leftrightsquigarrow leftthreetimes leq leqq leqslant lessapprox
    lessdot lesseqgtr lesseqqgtr lessgtr lesssim lfloor lg lgroup lhd lim liminf limsup ll llcorner Lleftarrow lll
    llless lmoustache ln lnapprox lneq lneqq lnot lnsim log Longleftarrow longleftarrow Longleftrightarrow
    longleftrightarrow longmapsto Longrightarrow longrightarrow looparrowleft looparrowright lor lozenge lrcorner
    Lsh lt ltimes lVert lvert lvertneqq maltese mapsto max measuredangle mho mid min models mp mu multimap nabla
    natural ncong ne nearrow neg neq nexists ngeq ngeqq ngeqslant ngtr ni nLeftarrow nleftarrow nLeftrightarrow
    nleftrightarrow nleq nleqq nleqslant nless nmid notin nparallel nprec npreceq nRightarrow nrightarrow nsim
    nsubseteq nsubseteqq nsucc nsucceq nsupseteq nsupseteqq ntriangleleft ntrianglelefteq ntriangleright
    ntrianglerighteq nu nVDash nVdash nvDash nvdash nwarrow odot oint Omega omega omicron ominus oplus oslash otimes
    owns parallel partial perp Phi phi Pi pi pitchfork pm Pr prec precapprox preccurlyeq preceq precnapprox precneqq
    precnsim precsim prime prod projlim propto Psi psi rangle rbrace rbrack rceil Re restriction rfloor rgroup rhd
    rho Rightarrow rightarrow rightarrowtail rightharpoondown rightharpoonup rightleftarrows rightleftharpoons
    rightrightarrows rightsquigarrow rightthreetimes risingdotseq rmoustache Rrightarrow Rsh rtimes rVert rvert S
    searrow sec setminus sharp Sigma sigma sim simeq sin sinh smile spadesuit sphericalangle sqcap sqcup sqsubset
    sqsubseteq sqsupset sqsupseteq square star Subset subset subseteq subseteqq subsetneq subsetneqq succ succapprox
    succcurlyeq succeq succnapprox succneqq succnsim succsim sum sup Supset supset supseteq supseteqq supsetneq
    supsetneqq surd swarrow tan tanh tau therefore Theta theta times to top triangle triangledown triangleleft
    trianglelefteq triangleq triangleright trianglerighteq twoheadleftarrow twoheadrightarrow ulcorner unlhd unrhd
    Uparrow uparrow Updownarrow updownarrow upharpoonleft upharpoonright uplus Upsilon upsilon upuparrows urcorner
    varDelta varepsilon varGamma varkappa varLambda varnothing varOmega varPhi varphi varPi varpi varPsi varrho
    varSigma varsigma varsubsetneq varsubsetneqq varsupsetneq varsupsetneqq varTheta vartheta vartriangle
    vartriangleleft vartriangleright varUpsilon varXi Vdash vDash vdash vdots vee veebar Vert vert Vvdash wedge wp
    wr Xi xi yen zeta
""")
"""Without an argument: letters, signs, operators, arrows, delimiters, names of functions."""

OF_ONE = _names("""
    acute bar Bbb boldsymbol boxed breve check ddddot dddot ddot dot grave hat mathbb mathbf mathbin mathcal mathclose
    mathfrak mathit mathop mathopen mathord mathpunct mathrel mathring mathrm mathscr mathsf mathtt overbrace
    overleftarrow overleftrightarrow overline overrightarrow pmod pod mod sqrt tilde underbrace underleftarrow
    underleftrightarrow underline underrightarrow vec widehat widetilde xleftarrow xrightarrow
""")
"""With one argument. `WITH_OPTION` may have one in brackets before it."""
WITH_OPTION = _names("sqrt xleftarrow xrightarrow")

OF_TWO = _names("binom cfrac dbinom dfrac frac overset stackrel tbinom tfrac underset")

STYLES = _names("displaystyle textstyle scriptstyle scriptscriptstyle")
"""For what follows in their group."""

OPERATORS = _names("""
    sum prod coprod int iint iiint oint bigcap bigcup bigodot bigoplus bigotimes bigsqcup biguplus bigvee bigwedge
    lim limsup liminf max min sup inf det gcd Pr injlim projlim
""")
"""Behind which `\\limits` may stand: behind anything else it is an error for MathJax and KaTeX."""

BETWEEN = _names("over atop choose brace brack")
"""Between the two parts of their group."""

SIZES = _names("big Big bigg Bigg bigl Bigl biggl Biggl bigr Bigr biggr Biggr bigm Bigm biggm Biggm left right middle")
"""With a delimiter behind them."""

DELIMITERS = {
    **{sign: sign for sign in ("(", ")", "[", "]", "/", r"\{", r"\}")},
    **{
        rf"\{name}": rf"\{name} "
        for name in _names("""
            lbrace rbrace lbrack rbrack langle rangle lceil rceil lfloor rfloor lvert rvert lVert rVert vert Vert lgroup
            rgroup lmoustache rmoustache backslash uparrow downarrow updownarrow
            Uparrow Downarrow Updownarrow
        """)
    },
    "|": r"\vert ", r"\|": r"\Vert ", "<": r"\langle ", ">": r"\rangle ", r"\lt": r"\langle ", r"\gt": r"\rangle ",
    r"\llbracket": "[", r"\rrbracket": "]",
}  # fmt: skip
"""What may stand behind `SIZES`, and how it is written."""

SWITCHES = {
    "bf": "mathbf", "bfseries": "mathbf", "boldmath": "boldsymbol", "rm": "mathrm", "sf": "mathsf", "tt": "mathtt",
    "ttfamily": "mathtt", "cal": "mathcal", "frak": "mathfrak", "it": "mathit", "itshape": "mathit", "mit": "mathit",
    "sl": "mathit", "em": "mathit",
}  # fmt: skip
"""Fonts for the rest of their group, and the command that takes it as its argument."""

TEXTS = {
    **dict.fromkeys(_names("text textrm textsc textup textmd textnormal mbox hbox intertext"), "text"),
    "textbf": "textbf", "textit": "textit", "textsl": "textit", "emph": "textit", "textsf": "textsf",
    "texttt": "texttt",
}  # fmt: skip
"""With running text as their argument, and how they are written."""

SAME_AS = {
    "bm": "boldsymbol", "pmb": "boldsymbol", "bold": "mathbf", "symbf": "mathbf", "mathbfit": "boldsymbol",
    "mathds": "mathbb", "mathbbm": "mathbb", "mathbbmss": "mathbb", "mathup": "mathrm", "mathnormal": "mathit",
    "mathsfit": "mathsf", "mathpzc": "mathcal", "widebar": "overline", "underbar": "underline", "fbox": "boxed",
    "dotsc": "ldots", "dotso": "ldots", "textellipsis": "ldots", "dotsb": "cdots", "dotsm": "cdots", "dotsi": "cdots",
    "smallsetminus": "setminus", "centerdot": "cdot", "thicksim": "sim", "thickapprox": "approx", "textdegree": "circ",
    "degree": "circ", "smallsmile": "smile", "smallfrown": "frown", "shortmid": "mid", "shortparallel": "parallel",
    "varpropto": "propto", "nshortmid": "nmid", "nshortparallel": "nparallel", "varliminf": "liminf",
    "varlimsup": "limsup", "textless": "lt", "textgreater": "gt", "textbar": "vert", "textasciitilde": "sim",
    "textbackslash": "backslash", "upmu": "mu", "textmu": "mu", "sfrac": "nicefrac", "flatfrac": "nicefrac",
    "colonequals": "coloneqq", "xlongrightarrow": "xrightarrow", "xlongleftarrow": "xleftarrow", "cr": "\\",
    "newline": "\\", "thinspace": ",", "medspace": ":", "thickspace": ";", "enspace": ";", "space": " ",
    "nobreakspace": " ", "negthinspace": "!", "negmedspace": "!", "negthickspace": "!",
}  # fmt: skip
"""Other names: those of packages that MathJax does not come with (`bm`, `dsfont`, `bbm`), and what math-core lacks."""

FORMS: dict[str, tuple[int, str]] = {
    "llbracket": (0, r"[\![ "), "rrbracket": (0, r"]\!]"), "coloneqq": (0, r"\mathrel{:=}"), "colon": (0, ":"),
    "eqqcolon": (0, r"\mathrel{=:}"), "dag": (0, r"\dagger "), "ddag": (0, r"\ddagger "), "i": (0, r"\imath "),
    "j": (0, r"\jmath "), "qed": (0, r"\square "), "argmax": (0, r"\operatorname*{arg\,max}"), "P": (0, "¶"),
    "argmin": (0, r"\operatorname*{arg\,min}"), "textendash": (0, "–"), "textemdash": (0, "—"),
    "euro": (0, r"\text{€}"),
    "textunderscore": (0, r"\_"), "ohm": (0, r"\Omega "), "angstrom": (0, "Å"), "AA": (0, "Å"), "pounds": (0, "£"),
    "permil": (0, "‰"), "textperthousand": (0, "‰"), "celsius": (0, r"^{\circ}\mathrm{C}"),
    "nicefrac": (2, "{#1}/{#2}"), "ket": (1, r"\vert #1\rangle "), "bra": (1, r"\langle #1\vert "),
    "braket": (1, r"\langle #1\rangle "), "abs": (1, r"\vert #1\vert "), "norm": (1, r"\Vert #1\Vert "),
    "floor": (1, r"\lfloor #1\rfloor "), "ceil": (1, r"\lceil #1\rceil "), "textsubscript": (1, "_{#1}"),
    "textsuperscript": (1, "^{#1}"), "xmapsto": (1, r"\overset{#1}{\mapsto}"), "href": (2, "#2"),
    "xRightarrow": (1, r"\overset{#1}{\Rightarrow}"),
    "substack": (1, r"\begin{subarray}{c}#1\end{subarray}"), "iiiint": (0, r"\iint\!\iint "),
    **{name: (1, rf"\begin{{{name}}}#1\end{{{name}}}") for name in ("cases", "matrix", "pmatrix")},
    "gradient": (0, r"\nabla "),
    **dict.fromkeys(_names("smash mathrlap mathllap mathclap rlap llap clap ensuremath vcenter protect"), (1, "#1")),
    **dict.fromkeys(_names("textcolor colorbox raisebox rotatebox scalebox"), (2, "#2")),
    **dict.fromkeys(_names("color label tag ref eqref cite phantom vphantom hphantom vspace hspace"), (1, "")),
    **dict.fromkeys(_names("rule fcolorbox"), (2, "")),
    **dict.fromkeys(
        _names("""
            xspace strut mathstrut limits nolimits nonumber notag normalfont displaylimits relax hline hfill noindent
            par allowbreak nobreak tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge rmfamily
            sffamily
        """),
        (0, ""),
    ),
}  # fmt: skip
"""Commands written with others; `#1` is the first of their arguments. What paints, lifts or takes room is left out."""

DIMENSIONS = _names("kern mkern hskip mskip hspace raise lower")
"""With a length behind them that is not in braces. They are left out, and so is the length."""

SPACES = {"!": 6, ",": 30, ":": 30, ";": 30, ">": 30, " ": 30, "quad": 8, "qquad": 4}
"""Spaces, and how many of each a formula may have: more of them would push or pull it over what stands beside it."""

ENVIRONMENTS = {
    **{
        name: name
        for name in _names("aligned gathered cases array matrix pmatrix bmatrix Bmatrix vmatrix Vmatrix subarray")
    },
    **dict.fromkeys(
        _names("split align alignat alignedat flalign eqnarray align* alignat* flalign* eqnarray*"), "aligned"
    ),
    **dict.fromkeys(_names("gather multline gather* multline*"), "gathered"),
    **dict.fromkeys(_names("equation equation* math displaymath"), ""),
    "smallmatrix": "matrix",
    "dcases": "cases",
}
"""Environments, and what is written for each; nothing where only its inside is."""
OF_COLUMNS = _names("array subarray alignat alignedat alignat*")
"""Environments with an argument: columns, or how many there are."""

PROGRAMS = _names("""
    def gdef edef xdef let futurelet global newcommand renewcommand providecommand newenvironment renewenvironment
    DeclareMathOperator DeclarePairedDelimiter require input include csname catcode expandafter loop
""")
"""TeX that says what TeX is to do. A formula with such a thing is shown as it was typed."""

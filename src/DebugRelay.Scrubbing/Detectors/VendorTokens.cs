namespace DebugRelay.Scrubbing.Detectors;

/// <summary>How the body of a token looks.</summary>
internal enum TokenBody
{
    /// <summary>Letters, digits, '-' and '_'.</summary>
    Url,

    /// <summary>As <see cref="Url"/>, with dots.</summary>
    Dotted,

    /// <summary>Letters and digits.</summary>
    Word,

    /// <summary>Hexadecimal digits.</summary>
    Hex,

    /// <summary>Base64 with '+', '/' and '='.</summary>
    Base64,

    /// <summary>Upper-case letters and digits.</summary>
    Upper,
}

/// <summary>A kind of token that its maker marks with a prefix.</summary>
/// <param name="Prefix">As the maker writes it; letters are compared with case.</param>
/// <param name="Body">What follows the prefix.</param>
/// <param name="MinLength">Shortest body.</param>
/// <param name="Exact">The body has just this length.</param>
/// <param name="Alone">The prefix is so short that it must not follow a letter or digit.</param>
internal readonly record struct VendorToken(string Prefix, TokenBody Body, int MinLength, bool Exact = false, bool Alone = false);

/// <summary>The prefixes that makers of tokens publish.</summary>
internal static class VendorTokens
{
    public static readonly VendorToken[] All =
    [
        // Source hosting and packages
        new("ghp_", TokenBody.Word, 36), new("gho_", TokenBody.Word, 36), new("ghu_", TokenBody.Word, 36), new("ghs_", TokenBody.Word, 36),
        new("ghr_", TokenBody.Word, 36), new("github_pat_", TokenBody.Url, 22), new("glpat-", TokenBody.Dotted, 20),
        new("gldt-", TokenBody.Url, 20), new("glrt-", TokenBody.Dotted, 20), new("glcbt-", TokenBody.Url, 20), new("glptt-", TokenBody.Url, 20),
        new("glft-", TokenBody.Url, 20), new("glimt-", TokenBody.Url, 20), new("glagent-", TokenBody.Url, 20), new("gloas-", TokenBody.Url, 20),
        new("glsoat-", TokenBody.Url, 20), new("glrtr-", TokenBody.Url, 20), new("glwt-", TokenBody.Url, 20), new("BBDC-", TokenBody.Url, 40),
        new("glffct-", TokenBody.Url, 20), new("GR1348941", TokenBody.Url, 20), new("npm_", TokenBody.Word, 36),
        new("pypi-AgE", TokenBody.Url, 50), new("rubygems_", TokenBody.Hex, 48), new("oy2", TokenBody.Word, 43, Exact: true, Alone: true),
        new("dckr_pat_", TokenBody.Url, 20), new("dckr_oat_", TokenBody.Url, 20), new("cio", TokenBody.Word, 32, Exact: true, Alone: true),
        new("clojars_", TokenBody.Word, 60, Alone: true), new("CLOJARS_", TokenBody.Word, 60), new("AKCp", TokenBody.Word, 60, Alone: true),
        new("ATBB", TokenBody.Word, 32, Exact: true, Alone: true), new("ATATT3", TokenBody.Base64, 60), new("ATCTT3", TokenBody.Base64, 60),

        // Clouds and infrastructure
        new("AIza", TokenBody.Url, 35, Alone: true), new("GOCSPX-", TokenBody.Url, 20), new("ya29.", TokenBody.Url, 20, Alone: true),
        new("1//0", TokenBody.Url, 40, Alone: true), new("dop_v1_", TokenBody.Hex, 64), new("doo_v1_", TokenBody.Hex, 64),
        new("dor_v1_", TokenBody.Hex, 64), new("LTAI", TokenBody.Word, 12, Alone: true), new("AKID", TokenBody.Word, 32, Alone: true),
        new("hvs.", TokenBody.Url, 20, Alone: true), new("hvb.", TokenBody.Url, 20, Alone: true), new("hvr.", TokenBody.Url, 20, Alone: true),
        new("atlasv1.", TokenBody.Url, 60), new("pul-", TokenBody.Hex, 40, Alone: true), new("dapi", TokenBody.Hex, 32, Alone: true),
        new("dp.pt.", TokenBody.Word, 40, Alone: true), new("dp.st.", TokenBody.Dotted, 40, Alone: true),
        new("dp.ct.", TokenBody.Word, 40, Alone: true), new("dp.sa.", TokenBody.Word, 40, Alone: true),
        new("dp.scim.", TokenBody.Word, 40, Alone: true), new("dp.audit.", TokenBody.Word, 40, Alone: true),
        new("fo1_", TokenBody.Url, 40, Alone: true), new("FlyV1 fm", TokenBody.Base64, 40), new("HRKU-", TokenBody.Url, 30),
        new("pscale_tkn_", TokenBody.Dotted, 30), new("pscale_pw_", TokenBody.Dotted, 30), new("pscale_oauth_", TokenBody.Dotted, 30),
        new("sbp_", TokenBody.Url, 40, Alone: true), new("sb_secret_", TokenBody.Url, 20), new("ops_eyJ", TokenBody.Base64, 60),
        new("AGE-SECRET-KEY-1", TokenBody.Upper, 58), new("tskey-", TokenBody.Url, 16), new("sgp_", TokenBody.Url, 40, Alone: true),
        new("EZAK", TokenBody.Word, 54, Alone: true), new("EZTK", TokenBody.Word, 54, Alone: true), new("PMAK-", TokenBody.Url, 50),
        new("A3T", TokenBody.Upper, 17, Exact: true, Alone: true), new("bkua_", TokenBody.Word, 40), new("CCIPAT_", TokenBody.Url, 40),
        new("CCIPRJ_", TokenBody.Url, 40), new("cfat_", TokenBody.Word, 40), new("cfut_", TokenBody.Word, 40),
        new("cfk_", TokenBody.Word, 40, Alone: true), new("dnkey-", TokenBody.Url, 50), new("SWMKEY-1-", TokenBody.Url, 40),
        new("SWMTKN-1-", TokenBody.Url, 60), new("sl.B", TokenBody.Url, 100, Alone: true), new("sl.u.", TokenBody.Url, 100, Alone: true),
        new("ABSK", TokenBody.Base64, 100, Alone: true), new("bedrock-api-key-", TokenBody.Url, 20),

        new("sha256~", TokenBody.Url, 43), new("pnu_", TokenBody.Word, 36, Alone: true), new("cosmo_", TokenBody.Hex, 32, Alone: true),
        new("vcp_", TokenBody.Word, 24, Alone: true), new("vck_", TokenBody.Word, 24, Alone: true), new("cmVmdGtuO", TokenBody.Word, 50),
        new("s-s4t2ud-", TokenBody.Hex, 64), new("s-s4t2af-", TokenBody.Hex, 64), new("PMAT-", TokenBody.Word, 26),
        new("p8e-", TokenBody.Url, 32, Alone: true), new("sk.eyJ", TokenBody.Dotted, 60), new("rdme_", TokenBody.Word, 60, Alone: true),
        new("CFPAT-", TokenBody.Url, 43), new("pat-na1-", TokenBody.Url, 36, Alone: true), new("pat-eu1-", TokenBody.Url, 36, Alone: true),

        // Observability
        new("sqa_", TokenBody.Hex, 40, Alone: true), new("sqp_", TokenBody.Hex, 40, Alone: true), new("squ_", TokenBody.Hex, 40, Alone: true),
        new("phs_", TokenBody.Url, 40, Alone: true), new("phc_", TokenBody.Url, 40, Alone: true), new("lin_oauth_", TokenBody.Hex, 64),
        new("glsa_", TokenBody.Url, 32, Alone: true), new("glc_eyJ", TokenBody.Base64, 32), new("sntrys_", TokenBody.Base64, 60),
        new("sntryu_", TokenBody.Hex, 64), new("NRAK-", TokenBody.Word, 27), new("NRJS-", TokenBody.Word, 19), new("NRII-", TokenBody.Url, 24),
        new("NRBR-", TokenBody.Hex, 19), new("NRRA-", TokenBody.Hex, 40), new("NRAA-", TokenBody.Hex, 27), new("dt0c01.", TokenBody.Dotted, 80),
        new("dt0s16.", TokenBody.Dotted, 80), new("phx_", TokenBody.Url, 40, Alone: true), new("eyJrIjoi", TokenBody.Base64, 60),
        new("lin_api_", TokenBody.Word, 40), new("aio_", TokenBody.Word, 28, Alone: true), new("figd_", TokenBody.Url, 38),
        new("ntn_", TokenBody.Word, 40, Alone: true),

        // Mail, chat and payment
        new("SG.", TokenBody.Dotted, 60, Alone: true), new("xkeysib-", TokenBody.Url, 60), new("xsmtpsib-", TokenBody.Url, 60),
        new("key-", TokenBody.Hex, 32, Exact: true, Alone: true), new("pubkey-", TokenBody.Hex, 32, Exact: true, Alone: true),
        new("SK", TokenBody.Hex, 32, Exact: true, Alone: true), new("mlsn.", TokenBody.Hex, 64, Alone: true),
        new("re_", TokenBody.Url, 30, Alone: true), new("xoxb-", TokenBody.Url, 10), new("xoxp-", TokenBody.Url, 10),
        new("xoxa-", TokenBody.Url, 10), new("xoxr-", TokenBody.Url, 10), new("xoxs-", TokenBody.Url, 10), new("xoxo-", TokenBody.Url, 10),
        new("xoxe-", TokenBody.Url, 10), new("xoxe.", TokenBody.Url, 10), new("xoxc-", TokenBody.Url, 10), new("xoxd-", TokenBody.Base64, 10),
        new("xapp-", TokenBody.Url, 10), new("hooks.slack.com/services/", TokenBody.Base64, 20),
        new("hooks.slack.com/workflows/", TokenBody.Base64, 20), new("discord.com/api/webhooks/", TokenBody.Base64, 40),
        new("discordapp.com/api/webhooks/", TokenBody.Base64, 40), new("webhook.office.com/webhookb2/", TokenBody.Base64, 40),
        new("EAACEdEose0cBA", TokenBody.Word, 10), new("EAAA", TokenBody.Url, 60, Exact: true, Alone: true), new("sq0atp-", TokenBody.Url, 22),
        new("sq0csp-", TokenBody.Url, 40), new("sq0idp-", TokenBody.Url, 22), new("sk_live_", TokenBody.Word, 10),
        new("sk_test_", TokenBody.Word, 16), new("rk_live_", TokenBody.Word, 16), new("rk_test_", TokenBody.Word, 16),
        new("sk_prod_", TokenBody.Word, 16), new("rk_prod_", TokenBody.Word, 16), new("whsec_", TokenBody.Base64, 24),
        new("shpat_", TokenBody.Hex, 32), new("shpca_", TokenBody.Hex, 32), new("shppa_", TokenBody.Hex, 32), new("shpss_", TokenBody.Hex, 32),
        new("shippo_live_", TokenBody.Hex, 40), new("shippo_test_", TokenBody.Hex, 40), new("access_token$production$", TokenBody.Dotted, 16),
        new("FLWSECK-", TokenBody.Url, 32), new("FLWSECK_TEST-", TokenBody.Word, 12), new("duffel_live_", TokenBody.Url, 43),
        new("duffel_test_", TokenBody.Url, 43), new("EAAB", TokenBody.Word, 90, Alone: true), new("amzn.mws.", TokenBody.Url, 36),
        new("nfp_", TokenBody.Word, 36, Alone: true), new("IGQVJ", TokenBody.Url, 80, Alone: true), new("TlRMTVNTUAAD", TokenBody.Base64, 60),

        new("EAAM", TokenBody.Word, 80, Alone: true), new("EAAC", TokenBody.Word, 80, Alone: true), new("VF.DM.", TokenBody.Dotted, 30),
        new("sub-c-", TokenBody.Url, 36, Alone: true), new("sec-c-", TokenBody.Url, 36, Alone: true), new("fio-u-", TokenBody.Url, 60),
        new("ion_", TokenBody.Word, 40, Alone: true), new(":AA", TokenBody.Url, 33, Exact: true), new("shptka_", TokenBody.Hex, 32),

        new("odt_", TokenBody.Word, 32, Alone: true), new("shltm_", TokenBody.Word, 32), new("tkn.v1_", TokenBody.Base64, 32), new("ak_live_", TokenBody.Word, 20),
        new("tfp_", TokenBody.Url, 32, Alone: true), new("BBFF-", TokenBody.Word, 30, Alone: true), new("pha_", TokenBody.Word, 40, Alone: true),
        new("outlook.office.com/webhook/", TokenBody.Base64, 36), new("live_", TokenBody.Url, 36, Alone: true), new("pk_live_", TokenBody.Word, 16),
        new("secret_", TokenBody.Word, 43, Exact: true, Alone: true), new("sk_", TokenBody.Hex, 48, Alone: true), new("patAA", TokenBody.Dotted, 60, Alone: true),
        new("CFPAT", TokenBody.Url, 40), new("apify_api_", TokenBody.Word, 30),
        new("airtable_pat", TokenBody.Dotted, 40), new("doppler_", TokenBody.Word, 40), new("nvapi-", TokenBody.Url, 60), new("fw_", TokenBody.Word, 24, Exact: true, Alone: true),
        new("pinecone_", TokenBody.Url, 40), new("lsv2_pt_", TokenBody.Url, 40), new("lsv2_sk_", TokenBody.Url, 40), new("pcsk_", TokenBody.Url, 60),
        new("hvs_", TokenBody.Url, 40, Alone: true), new("b2_", TokenBody.Word, 40, Alone: true), new("rzp_live_", TokenBody.Word, 14), new("sk_sandbox_", TokenBody.Word, 16),
        new("AQVN", TokenBody.Url, 35, Alone: true), new("t1.", TokenBody.Url, 80, Alone: true), new("xoxe.xoxp-", TokenBody.Url, 20), new("sntrya_", TokenBody.Base64, 40),

        // Models
        new("tvly-", TokenBody.Url, 20, Alone: true), new("tgp_v1_", TokenBody.Url, 40), new("jina_", TokenBody.Word, 56, Alone: true),
        new("sk-ant-", TokenBody.Url, 30), new("sk-proj-", TokenBody.Url, 30), new("sk-svcacct-", TokenBody.Url, 30),
        new("sk-admin-", TokenBody.Url, 30), new("sk-or-v1-", TokenBody.Hex, 64), new("sk-", TokenBody.Word, 32, Alone: true),
        new("hf_", TokenBody.Word, 34, Alone: true), new("api_org_", TokenBody.Word, 34), new("gsk_", TokenBody.Word, 48, Alone: true),
        new("r8_", TokenBody.Url, 37, Alone: true), new("xai-", TokenBody.Url, 70, Alone: true), new("pplx-", TokenBody.Word, 40),
        new("llx-", TokenBody.Url, 48, Alone: true),
    ];
}

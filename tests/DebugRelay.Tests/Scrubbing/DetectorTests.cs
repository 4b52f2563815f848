using DebugRelay.Scrubbing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>What each detector masks, and what looks like it and must stay. Vendors' prefixes are put together here so that no scanner takes this file for a leak.</summary>
public class DetectorTests
{
    private const string Jwt = "eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

    [Theory]
    [InlineData("mail alice@example.com now", "mail [email] now")]
    [InlineData("<alice.b+tag@mail.example.co.uk>", "<[email]>")]
    [InlineData("user=alice@example.com;x", "user=[email];x")]
    [InlineData("\"alice b\"@example.com", "[email]")]
    [InlineData("jürgen@müller.example", "[email]")]
    [InlineData("alice@[192.168.1.1]", "[email]")]
    [InlineData("a@b.com,c@d.org", "[email],[email]")]
    [InlineData("Contact alice@example.com.", "Contact [email].")]
    public void Masks_an_email(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("git@github.com:org/repo.git")]
    [InlineData("npm i @angular/core lodash@4.17.21 x@1.0.0-beta.rc")]
    [InlineData("WHERE id = @p0 AND name = @name")]
    [InlineData("Program.clo@12-3.Invoke")]
    [InlineData("logo@2x.png")]
    [InlineData("alice@localhost")]
    public void Keeps_what_only_looks_like_an_email(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("card 4111111111111111.", "card [creditcard].")]
    [InlineData("4111 1111 1111 1111", "[creditcard]")]
    [InlineData("4111-1111-1111-1111 12/27", "[creditcard] 12/27")]
    [InlineData("amex 3782 822463 10005", "amex [creditcard]")]
    [InlineData("2024 5555 5555 5555 4444", "2024 [creditcard]")]
    [InlineData("diners 30569309025904", "diners [creditcard]")]
    [InlineData("jcb=3530111333300000&x", "jcb=[creditcard]&x")]
    [InlineData("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "[creditcard]")]
    public void Masks_a_card(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("4111111111111112")]                                   // wrong check digit
    [InlineData("ticks 638700000000000000 id 1732495674123456789")]
    [InlineData("trace 41111111111111114111111111111111")]
    [InlineData("span 4111111111111111a")]
    [InlineData("x4111111111111111")]
    [InlineData("phone +4111111111111111")]
    [InlineData("ratio 0.4111111111111111")]
    [InlineData("41111111-1111-1111-1111-111111111111")]
    public void Keeps_what_is_no_card(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("to GB82 WEST 1234 5698 7654 32 now", "to [iban] now")]
    [InlineData("DE89370400440532013000", "[iban]")]
    [InlineData("iban:fr1420041010050500013m02606", "iban:[iban]")]
    public void Masks_an_iban(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("GB82 WEST 1234 5698 7654 33")]
    [InlineData("DE8937040044053201300")]
    [InlineData("ZZ89370400440532013000")]
    public void Keeps_what_is_no_iban(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("t " + Jwt + " e", "t [jwt] e")]
    [InlineData("id_hint=" + Jwt, "id_hint=[jwt]")]
    [InlineData("x.eyJeyJeyJ.1 " + Jwt, "x.eyJeyJeyJ.1 [jwt]")]
    public void Masks_a_jwt(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("eyJ.not.one and eyJhIjoxfQ.x.y")]
    public void Keeps_what_is_no_jwt(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("Bearer abcdef0123456789", "Bearer [bearer]")]
    [InlineData("bearer  aBcDeFgHiJkLmNoPqRsT", "bearer  [bearer]")]
    [InlineData("Basic YWxpY2U6cHc=", "Basic [basic-auth]")]
    [InlineData("Authorization: Bearer abc", "Authorization: Bearer [generic-secret]")]
    [InlineData("Authorization: Basic YWxpY2U6cHc=", "Authorization: Basic [basic-auth]")]
    [InlineData("authorization: Digest username=\"x\", response=\"0123\"", "authorization: Digest [generic-secret]")]
    public void Masks_credentials_of_headers(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("The bearer of this letter uses basic auth and basic authentication.")]
    [InlineData("bearer token required; Bearer authentication failed")]
    [InlineData("Basic usage: see above")]
    public void Keeps_prose_about_credentials(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("Server=db;Database=shop;User Id=sa;Password=p w\"d1;Encrypt=true", "Server=db;Database=shop;User Id=sa;Password=[connection-string];Encrypt=true")]
    [InlineData("Host=h;Pwd='a;b''c';Db=x", "Host=h;Pwd='[connection-string]';Db=x")]
    [InlineData("Host=h;Password=\"a;b\";Db=x", "Host=h;Password=\"[connection-string]\";Db=x")]
    [InlineData("AccountName=a;AccountKey=Zm9vYmFy+/==;EndpointSuffix=core.windows.net", "AccountName=a;AccountKey=[connection-string];EndpointSuffix=core.windows.net")]
    [InlineData("Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey=abc=", "Endpoint=sb://x/;SharedAccessKeyName=k;SharedAccessKey=[connection-string]")]
    [InlineData("https://a.blob.core.windows.net/c?sv=2020&sig=ab%2Fcd%3D&se=1", "https://a.blob.core.windows.net/c?sv=2020&sig=[connection-string]&se=1")]
    public void Masks_secrets_of_connection_strings(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("https://alice:s3cr3t@example.com/x", "https://[url-credentials]@example.com/x")]
    [InlineData("postgres://u:p@ss!$*w@db:5432/x?y=1", "postgres://[url-credentials]@db:5432/x?y=1")]
    [InlineData("redis://:hunter2@cache", "redis://[url-credentials]@cache")]
    public void Masks_user_information_of_urls(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("https://example.com/@scope/pkg ssh://git@github.com/x http://localhost:5000/a?page=c")]
    public void Keeps_other_urls(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("password=hunter2", "password=[generic-secret]")]
    [InlineData("Password: hunter2!", "Password: [generic-secret]")]
    [InlineData("\"api_key\": \"abc123def\", \"x\": 1", "\"api_key\": \"[generic-secret]\", \"x\": 1")]
    [InlineData("clientSecret='a b c 1'", "clientSecret='[generic-secret]'")]
    [InlineData("?user=7&access_token=abcdef123&z=1", "?user=7&access_token=[generic-secret]&z=1")]
    [InlineData("run --token abcdef123 -v", "run --token [generic-secret] -v")]
    [InlineData("[Password, hunter2]", "[Password, [generic-secret]]")]
    [InlineData("<password>hunter2</password>", "<password>[generic-secret]</password>")]
    [InlineData("<add key=\"DbPassword\" value=\"hunter2\" />", "<add key=\"DbPassword\" value=\"[generic-secret]\" />")]
    [InlineData("Cookie: sid=abc; theme=dark", "Cookie: [cookie]")]
    [InlineData("passwd: string = \"hunter2\"", "passwd: string = \"[generic-secret]\"")]
    [InlineData("secret_key_base=0123456789abcdef", "secret_key_base=[generic-secret]")]
    [InlineData("{\\\"password\\\":\\\"hunter2\\\"}", "{\\\"password\\\":\\\"[generic-secret]\\\"}")]
    [InlineData("password=ab,cd&ef then", "password=[generic-secret] then")]
    [InlineData("CREATE USER x IDENTIFIED BY 'hunter2'", "CREATE USER x IDENTIFIED BY '[generic-secret]'")]
    [InlineData("ALTER USER x WITH PASSWORD 'hunter2';", "ALTER USER x WITH PASSWORD '[generic-secret]';")]
    [InlineData("the password is 'hunter2'", "the password is '[generic-secret]'")]
    [InlineData("acme SECRET 1b2c3d4e5f60718293a4", "acme SECRET [generic-secret]")]
    [InlineData("box-key = 4fa83e1dc6b92caee780c9b47dd9be34", "box-key = [generic-secret]")]
    [InlineData("acmeTOKEN-123e4567-e89b-12d3-a456-426614174000", "acmeTOKEN-[generic-secret]")]
    [InlineData("MYSQLPASS: hunter22", "MYSQLPASS: [generic-secret]")]
    public void Masks_values_of_secret_keys(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e")]
    [InlineData("void Run(System.Threading.CancellationToken, SyntaxToken token)")]
    [InlineData("cancellationToken: System.Threading.CancellationToken, keyboard: qwerty99")]
    [InlineData("token_type=bearer_v2&tokenCount=123456&PasswordPolicy=strong12")]
    [InlineData("password=${DB_PASSWORD} password={Password} password=**** secret: null token: <token>")]
    [InlineData("var password = request.Password; token = GetToken(x)")]
    [InlineData("PWD=/home/app Password: required")]
    [InlineData("max_tokens: 100000, primaryKey=customer_12")]
    [InlineData("cacheKey=1b2c3d4e5f60718293a4 row key 123e4567-e89b-12d3-a456-426614174000")]
    [InlineData("{ label:\"Password:\",hint:\"none\" } $pwd = $_POST[x]; pwd = (char *) p")]
    [InlineData("apiKey=aaaaaaaaaaaaaaaaaaaaaaaa token=PUT_YOUR_TOKEN_HERE_NOW")]
    [InlineData("access to System.Private.CoreLib key Microsoft.Extensions.Logging.Console")]
    public void Keeps_what_is_no_secret(string text) => Assert.Equal(text, Scrub(text));

    [Fact]
    public void Masks_a_private_key_from_its_first_to_its_last_line()
    {
        var kind = "RSA PRIVATE" + " KEY-----";
        var pem = $"-----BEGIN {kind}\nTm90IGEga2V5\nTm90IGEga2V5\n-----END {kind}";

        Assert.Equal("a [private-key] b", Scrub($"a {pem} b"));
        Assert.Equal("a [private-key]", Scrub($"a {pem[..50]}"));
        Assert.Equal("[private-key]\nrest", Scrub($"{pem[40..]}\nrest"));
        Assert.Equal("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----", Scrub("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"));
    }

    [Theory]
    [InlineData("AK", "IAIOSFODNN7EXAMPLE", "aws-access-key-id")]
    [InlineData("gh", "p_0123456789abcdefghijABCDEFGHIJ012345", "vendor-token")]
    [InlineData("gith", "ub_pat_0123456789abcdefghij_AB", "vendor-token")]
    [InlineData("xo", "xb-123456789012-abcdef", "vendor-token")]
    [InlineData("sk_", "live_0123456789abcdef", "vendor-token")]
    [InlineData("AI", "zaSyA0123456789abcdefghijABCDEFGHIJ-_0", "vendor-token")]
    [InlineData("gl", "pat-0123456789abcdefghij", "vendor-token")]
    [InlineData("S", "G.0123456789abcdefghijAB.0123456789abcdefghijABCDEFGHIJ0123456789abc", "vendor-token")]
    public void Masks_tokens_with_a_known_prefix(string prefix, string rest, string rule) =>
        Assert.Equal($"a [{rule}] b", Scrub($"a {prefix}{rest} b"));

    [Theory]
    [InlineData("hf_requiredCharacteristicTypesForDisplay")]
    [InlineData("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    public void Keeps_names_and_filling_behind_a_known_prefix(string text) => Assert.Equal(text, Scrub(text));

    [Fact]
    public void Masks_the_longer_of_two_prefixes_that_overlap() =>
        Assert.Equal("[vendor-token]", Scrub("tskey" + "-auth-k123456CNTRL-0123456789abcdef"));

    [Fact]
    public void Masks_a_client_secret_of_azure_only_in_its_form()
    {
        Assert.Equal("x [azure-client-secret] y", Scrub("x abc8" + "Q~0123456789abcdefghijABCDEFGHIJ0123 y"));
        Assert.Equal("x abcdQ~0123456789abcdefghijABCDEFGHIJ0123 y", Scrub("x abcdQ~0123456789abcdefghijABCDEFGHIJ0123 y"));
        Assert.Equal("x abc8Q~short y", Scrub("x abc8Q~short y"));
    }

    [Fact]
    public void Masks_an_aws_secret_key_near_its_keyword_only()
    {
        var key = "CanaryBird/CanaryBird" + "+CanaryBird/0123456";

        Assert.Equal("aws used [aws-secret-key]", Scrub($"aws used {key}"));
        Assert.Equal($"sum {key}", Scrub($"sum {key}"));
        Assert.Equal("aws da39a3ee5e6b4b0d3255bfef95601890afd80709", Scrub("aws da39a3ee5e6b4b0d3255bfef95601890afd80709"));
    }

    private static string Scrub(string text) => new TextScrubber(ScrubProfile.Default).Scrub(text);
}

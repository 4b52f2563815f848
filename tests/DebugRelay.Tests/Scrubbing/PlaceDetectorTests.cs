using DebugRelay.Scrubbing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>Values that are masked because of the place they stand at: queries, headers, SQL, the environment.</summary>
public class PlaceDetectorTests
{
    [Theory]
    [InlineData("GET /orders?customer=Alice&page=2&x=%41b", "GET /orders?customer=[url-query]&page=2&x=[url-query]")]
    [InlineData("https://h/a?q=a+b#top", "https://h/a?q=[url-query]#top")]
    [InlineData("?name=bob", "?name=[url-query]")]
    [InlineData("(see http://h/a?flag&name=bob).", "(see http://h/a?flag&name=[url-query]).")]
    [InlineData("<a href=\"/x?name=bob&amp;city=rome\">", "<a href=\"/x?name=[url-query]&amp;city=[url-query]\">")]
    public void Masks_values_of_a_query(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("/a?page=2&sort=name&active=true&id=42&empty=&$filter=x&api-version=2024-01-01")]
    [InlineData("is x ? a=b : c; int? x=5; (?<name>=y) why?a b=c")]
    [InlineData("/a?name={name}&x=***")]
    public void Keeps_what_is_harmless_in_a_query(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("GET /x HTTP/1.1\r\nHost: h\r\nX-Customer: Alice B\r\nAccept: */*\r\n\r\nX-Body: y", "GET /x HTTP/1.1\r\nHost: h\r\nX-Customer: [header]\r\nAccept: */*\r\n\r\nX-Body: y")]
    [InlineData("HTTP/2 200 OK\nServer: k\nX-User: bob", "HTTP/2 200 OK\nServer: k\nX-User: [header]")]
    [InlineData("Method: GET, Headers:\n{\n  X-User: bob\n  Content-Length: 7\n}", "Method: GET, Headers:\n{\n  X-User: [header]\n  Content-Length: 7\n}")]
    [InlineData("curl -H 'X-User: bob' -H \"Accept: text/html\" h", "curl -H 'X-User: [header]' -H \"Accept: text/html\" h")]
    [InlineData("{\"headers\":{\"X-User\":[\"bob\"],\"Accept\":\"text/html\"}}", "{\"headers\":{\"X-User\":[\"[header]\"],\"Accept\":\"text/html\"}}")]
    [InlineData("{\"RequestHeaders\":[{\"Key\":\"X-User\",\"Value\":\"bob\"},{\"Key\":\"Accept\",\"Value\":\"a\"}]}", "{\"RequestHeaders\":[{\"Key\":\"X-User\",\"Value\":\"[header]\"},{\"Key\":\"Accept\",\"Value\":\"a\"}]}")]
    [InlineData("{\"headerName\":\"X-User\",\"headerValue\":\"bob\"}", "{\"headerName\":\"X-User\",\"headerValue\":\"[header]\"}")]
    [InlineData("{\"env\":{\"SHOP\":\"alice\",\"PATH\":\"/bin\"}}", "{\"env\":{\"SHOP\":\"[env]\",\"PATH\":\"/bin\"}}")]
    public void Masks_headers_of_unknown_names(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("SELECT [o].[Id] FROM [Orders] AS [o] WHERE [o].[Name] = N'Alice''s' AND [o].[Total] > 12.50", "SELECT [o].[Id] FROM [Orders] AS [o] WHERE [o].[Name] = N'[sql-literal]' AND [o].[Total] > [sql-literal]")]
    [InlineData("INSERT INTO t (a, b) VALUES ('x', 42); done", "INSERT INTO t (a, b) VALUES ('[sql-literal]', [sql-literal]); done")]
    [InlineData("update users set name = 'bob' where id = 1234", "update users set name = '[sql-literal]' where id = [sql-literal]")]
    [InlineData("SELECT * FROM `t` WHERE `name` = \"bob\"", "SELECT * FROM `t` WHERE `name` = \"[sql-literal]\"")]
    [InlineData("EXEC dbo.Find @name = 'bob'", "EXEC dbo.Find @name = '[sql-literal]'")]
    [InlineData("Executed DbCommand (3ms) [Parameters=[@p0='bob' (Size = 4000), @p1='?'], CommandType='Text']\nSELECT a FROM t", "Executed DbCommand (3ms) [Parameters=[@p0='[sql-literal]' (Size = 4000), @p1='?'], CommandType='Text']\nSELECT a FROM t")]
    [InlineData("23505: duplicate key\nDETAIL: Key (name)=(bob) already exists.", "23505: duplicate key\nDETAIL: Key (name)=([sql-literal]) already exists.")]
    [InlineData("Cannot insert. The duplicate key value is (bob).", "Cannot insert. The duplicate key value is ([sql-literal]).")]
    [InlineData("Duplicate entry 'bob' for key 'users.name'", "Duplicate entry '[sql-literal]' for key 'users.name'")]
    [InlineData("22P02: invalid input syntax for type integer: \"bob\"", "22P02: invalid input syntax for type integer: \"[sql-literal]\"")]
    public void Masks_literals_of_sql(string text, string expected) => Assert.Equal(expected, Scrub(text));

    [Theory]
    [InlineData("SELECT TOP(10) a.\"Id\", b.[x] FROM a JOIN b ON a.\"Id\" = b.\"Id\" WHERE a.Id = @p0 AND c = :p1 AND d = $1 LIMIT 100 OFFSET 20")]
    [InlineData("SELECT CAST(x AS nvarchar(450)) FROM t -- it's 5 o'clock\nWHERE y = 1")]
    [InlineData("Select 'File' from the menu, update the 'Name' and call 'Save' 15 times")]
    [InlineData("merge into main 3 commits; values (in 2 columns)")]
    public void Keeps_the_shape_of_sql_and_prose(string text) => Assert.Equal(text, Scrub(text));

    [Theory]
    [InlineData("SHOP_OWNER=alice", "SHOP_OWNER=[env]")]
    [InlineData("DB_PASSWORD=12", "DB_PASSWORD=[generic-secret]")]
    [InlineData("PWD=/srv/payments", "PWD=/srv/payments")]
    [InlineData("OLDPWD=/home/alice", "OLDPWD=/home/[userpath]")]
    [InlineData("PWD=hunter2secret", "PWD=[generic-secret]")]
    [InlineData("PATH=/bin:/home/alice/bin", "PATH=/bin:/home/[userpath]/bin")]
    [InlineData("ASPNETCORE_URLS=http://+:8080", "ASPNETCORE_URLS=http://+:8080")]
    [InlineData("RETRIES=5", "RETRIES=5")]
    [InlineData("FLAG=true", "FLAG=true")]
    [InlineData("=C:=C:\\", "=C:=[env]")]
    [InlineData("no sign", "no sign")]
    [InlineData("ConnectionStrings__Db=Server=x;Password=y", "ConnectionStrings__Db=[env]")]
    public void Masks_variables(string variable, string expected) => Assert.Equal(expected, EnvironmentScrubber.Scrub(variable, new TextScrubber(ScrubProfile.Default)));

    [Fact]
    public void Keeps_the_order_of_variables_and_counts_them()
    {
        var scrubber = new TextScrubber(ScrubProfile.Default);

        var scrubbed = EnvironmentScrubber.Scrub([new("B", "secretly"), new("TZ", "UTC"), new("A_TOKEN", "y1")], scrubber);

        Assert.Equal([new("B", "[env]"), new("TZ", "UTC"), new("A_TOKEN", "[generic-secret]")], scrubbed);
        Assert.Equal(1, scrubber.Report().Providers["environment"]["env"]);
    }

    private static string Scrub(string text) => new TextScrubber(ScrubProfile.Default).Scrub(text);
}

using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>User information in URLs, <c>scheme://user:password@host</c>: all of it is masked, the host stays.</summary>
internal sealed class UrlCredentialsDetector : Detector
{
    private const string Separator = "://";

    public override Rule Rule => Rule.UrlCredentials;

    public override Anchors Anchor => Anchors.Scheme;

    public override bool IsInNames => true;

    public override Canary Canary => new("amqp://canary:tweet-tweet-1@localhost:5672/", "tweet-tweet-1");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var start = 0;
        for (var next = text.IndexOf(Separator); next >= 0; next = text[start..].IndexOf(Separator))
        {
            start += next + Separator.Length;
            var length = UserInfoLength(text[start..]);
            if (length > 0 && !IsHarmless(text.Slice(start, length)))
            {
                hits.Add(start, length, Rule);
            }
        }
    }

    /// <summary>Is there a "://" before this place, with nothing between that ends the user information?</summary>
    public static bool IsUserInfo(ReadOnlySpan<char> text, int start)
    {
        var before = text[Math.Max(0, start - Limits.KeyLength)..start];
        var separator = before.LastIndexOf(Separator);
        return separator >= 0 && !before[(separator + Separator.Length)..].ContainsAny(CharacterSets.EndOfUserInfo);
    }

    /// <summary>Passwords may hold nearly anything, an at sign as well: the last one before the path counts.</summary>
    private static int UserInfoLength(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(CharacterSets.EndOfAuthority);
        var authority = end < 0 ? rest : rest[..end];
        return authority.LastIndexOf('@');
    }

    private static bool IsHarmless(ReadOnlySpan<char> userInfo) =>
        userInfo[(userInfo.IndexOf(':') + 1)..] is var password && password.Length < userInfo.Length && Placeholders.Is(password)
        || userInfo is "git" or "hg" or "svn" or "$" || (userInfo[0] == '[' && userInfo[^1] == ']');
}

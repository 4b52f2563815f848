using System.Collections.Frozen;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Tells from a key's name whether its value is a secret: the name is split into words (camelCase, snake_case, dots), a secret word is looked for,
/// and the words after it must not say that the value is something about the secret (<c>token_type</c>, <c>PasswordPolicy</c>).
/// </summary>
internal static class SecretKeys
{
    private const int MaxWords = 24;

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Secret = Words(
        "password passwords passwd identified psswd pswrd psword passwrd "
        + "paswd pasword psswrd pssword paasword passphrase passcode passwort pwd pswd pw psw secret secrets token jwt apikey credential credentials "
        + "authorization apitoken authtoken accesskey secretkey privatekey accountkey sharedkey authkey masterkey signingkey "
        + "encryptionkey cvv cvv2 cvc otp totp xauth pat kennwort wachtwoord contrasena senha haslo lozinka heslo salasana losenord parola motdepasse "
        + "geheimnis passkey passkeys");

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Cookie =
        Words("cookie cookies sessionid sessid jsessionid phpsessid");

    private static readonly string[] SecretSuffixes =
    [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "accountkey", "encryptionkey",
        "signingkey", "authkey", "masterkey", "sharedkey", "pwd", "pass", "credentials",
    ];

    /// <summary>Passwords and secrets in other scripts: looked for anywhere in a key.</summary>
    public static readonly string[] OtherScripts = ["пароль", "密码:", "密码=", "密碼:", "密碼=", "パスワード", "패스워드", "비밀번호", "암호:", "비번:", "contraseña", "lösenord", "hasło", "σύνθημα"];

    private const string WordsBeforeKeyList =
        "api preshared access authentication activation secret private account encryption encrypt decryption signing sign shared master auth "
        + "storage ssh license licence consumer subscription app application crypt crypto hmac aes des cipher webhook deploy service "
        + "client admin functions function rest security payment";

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> BeforeKey = Words(WordsBeforeKeyList);

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> NoSecretBeforeToken = Words(
        "cancellation cancel canceled stopping syntax lexer parser metadata type method field member module assembly change next page "
        + "pagination sync delim delimiter start end max min total prompt completion input output num used cached special pad eos bos "
        + "unk mask cls sep class entry key publickey current previous last first no of event timeout shutdown abort json xml string "
        + "identifier operator comment");

    private static readonly string[] NoSecretWords =
        [
        "publickeytoken", "cancellationtoken", "syntaxtoken", "stoppingtoken", "canceltoken", "metadatatoken", "changetoken", "jsontoken",
        "xmltoken", "typetoken", "bypass", "compass", "encompass", "surpass", "renderpass", "subpass",
    ];

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> About = Words(
        "name names type types count counts length len size policy policies expiry expires expire expiration expired lifetime ttl url "
        + "uri endpoint path file filename dir directory provider providers factory handler manager service services store validator "
        + "validation validate source kind index position required enabled disabled valid invalid min max regex pattern format label "
        + "hint reset field input prompt version status state algorithm alg issuer audience cache usage limit limits rate bucket error "
        + "errors failed failure changed change created updated at date time timeout parser stream reader writer class mode id ids "
        + "options option settings config configuration request requests response result results helper util utils exception strength "
        + "complexity age attempts retries scheme schemes header prefix suffix generator builder list info description rotation ref "
        + "reference arn location budget window per used left remaining cost tokenizer source samesite domain secure httponly consent "
        + "banner jar container attribute");

    /// <summary>Words that make "key" a secret: api, access, private, …</summary>
    public static IEnumerable<string> WordsBeforeKey => WordsBeforeKeyList.Split(' ');

    /// <summary>The rule that masks values of this key, or null.</summary>
    public static Rule? Classify(ReadOnlySpan<char> key)
    {
        key = key.Length > Limits.KeyLength ? key[^Limits.KeyLength..] : key;
        Span<char> lower = stackalloc char[Limits.KeyLength];
        Span<Range> words = stackalloc Range[MaxWords];
        key.ToLowerInvariant(lower);
        lower = lower[..key.Length];
        if (lower.ContainsAnyExceptInRange('\0', '\x7f') && ContainsAny(lower, OtherScripts))
        {
            return Rule.GenericSecret;
        }

        var count = Split(key, words);
        for (var i = count - 1; i >= 0; i--)
        {
            var word = lower[words[i]];
            if (About.Contains(word) && !IsSecretId(lower, words, i))
            {
                return null;
            }

            var before = i > 0 ? lower[words[i - 1]] : [];
            if (RuleOf(word, before, i == 0 && count == 1) is { } rule)
            {
                return rule;
            }
        }

        return null;
    }

    private static FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Words(string words) =>
        words.Split(' ').ToFrozenSet().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>A Vault secret_id and a session_id are secrets, other ids are not.</summary>
    private static bool IsSecretId(ReadOnlySpan<char> lower, ReadOnlySpan<Range> words, int i) =>
        i > 0 && lower[words[i]] is "id" && lower[words[i - 1]] is "session" or "secret" or "sess";

    private static Rule? RuleOf(ReadOnlySpan<char> word, ReadOnlySpan<char> before, bool alone)
    {
        if (word is "token" && NoSecretBeforeToken.Contains(before))
        {
            return null;
        }

        if (Cookie.Contains(word) || (word is "id" && before is "session" or "sess"))
        {
            return Rule.Cookie;
        }

        var secret = Secret.Contains(word)
            || (word is "key" or "keys" or "key1" or "key2" && BeforeKey.Contains(before))
            || (word is "tokens" && before is "access" or "refresh" or "auth" or "api" or "secret")
            || (word is "phrase" && before is "pass") || (word is "word" && before is "pass") || (word is "id" && before is "secret")
            || (word is "pass" && (alone || before.Length > 0))
            || (alone && word is "pin" or "auth" or "creds")
            || HasSecretSuffix(word);
        return secret ? Rule.GenericSecret : null;
    }

    private static bool HasSecretSuffix(ReadOnlySpan<char> word)
    {
        foreach (var suffix in SecretSuffixes)
        {
            if (word.Length > suffix.Length && word.EndsWith(suffix))
            {
                return !EndsWithAny(word, NoSecretWords);
            }
        }

        return false;
    }

    private static bool ContainsAny(ReadOnlySpan<char> key, string[] words)
    {
        foreach (var word in words)
        {
            if (key.Contains(word.AsSpan().TrimEnd(":="), StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static bool EndsWithAny(ReadOnlySpan<char> word, string[] suffixes)
    {
        foreach (var suffix in suffixes)
        {
            if (word.EndsWith(suffix))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Words of a key; digits at a word's end are left out. The last words, where there are too many.</summary>
    private static int Split(ReadOnlySpan<char> key, Span<Range> words)
    {
        var count = 0;
        for (var i = 0; i < key.Length;)
        {
            var end = WordEnd(key, i);
            if (end > i)
            {
                if (count == words.Length)
                {
                    words[1..].CopyTo(words);
                    count--;
                }

                words[count++] = i..end;
            }

            i = Math.Max(end, i + 1);
        }

        return count;
    }

    private static int WordEnd(ReadOnlySpan<char> key, int start)
    {
        var i = start;
        while (i < key.Length && char.IsAsciiLetter(key[i]))
        {
            var lowerToUpper = i > start && char.IsAsciiLetterUpper(key[i]) && char.IsAsciiLetterLower(key[i - 1]);
            var lastOfCapitals = i > start && i + 1 < key.Length && char.IsAsciiLetterUpper(key[i]) && char.IsAsciiLetterUpper(key[i - 1])
                && char.IsAsciiLetterLower(key[i + 1]) && !(i + 2 == key.Length && key[i + 1] == 's');
            if (lowerToUpper || lastOfCapitals)
            {
                break;
            }

            i++;
        }

        return i;
    }
}

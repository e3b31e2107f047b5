using System.Text;
using OrleansUploads.Serving;

namespace OrleansUploads.Cli.Archives;

/// <summary>How a name becomes the description of an archive, which is printable ASCII, and how it is read again.</summary>
/// <remarks>What a description cannot hold, and a blank at its ends, which a header loses, is written as <c>%XX</c>, one for each byte in
/// UTF-8. So is a <c>%</c> before two digits that would otherwise be read as such a byte: <c>Ü</c> is <c>%C3%9C</c>, and <c>%C3</c> is
/// <c>%25C3</c>. Everything else stands for itself.</remarks>
internal static class ArchiveName
{
    /// <summary>The longest description that the vault API allows.</summary>
    public const int MaxDescriptionChars = 1024;

    private const int ShownColumns = 60;
    private const string HexDigits = "0123456789ABCDEF";

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The path of a file as it was given, with slashes and without empty parts and dots: <c>./x</c> becomes <c>x</c>.</summary>
    public static string OfPath(string path)
    {
        var name = path.Replace(Path.DirectorySeparatorChar, '/');
        return (name.StartsWith('/') ? "/" : "") + string.Join('/', Components(name));
    }

    /// <summary>The parts of a path, without empty ones and <c>.</c>.</summary>
    public static IEnumerable<string> Components(string name) => name.Split('/').Where(static part => part is not ("" or "."));

    /// <summary>Writes a name as a description.</summary>
    /// <exception cref="ArgumentException">It is too long.</exception>
    public static string Encode(string name)
    {
        var text = Write(name);
        return text.Length <= MaxDescriptionChars ? text : throw new ArgumentException(
            string.Create(CultureInfo.InvariantCulture, $"The name {Terminal.CutStart(name, ShownColumns)} is too long for the description of ")
            + string.Create(CultureInfo.InvariantCulture, $"an archive: it has {text.Length:N0} characters there, and may have {MaxDescriptionChars:N0}. ")
            + "Choose a shorter one with --description.");
    }

    /// <summary>Whether a name is short enough for a description.</summary>
    public static bool Fits(string name) => Write(name).Length <= MaxDescriptionChars;

    private static string Write(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var text = new StringBuilder(bytes.Length);
        for (var at = 0; at < bytes.Length; at++)
        {
            var isPlain = bytes[at] switch
            {
                (byte)' ' => at > 0 && at < bytes.Length - 1,
                (byte)'%' => at + 2 >= bytes.Length || FindByte((char)bytes[at + 1], (char)bytes[at + 2]) is null,
                var other => other is > (byte)' ' and <= (byte)'~',
            };
            _ = isPlain ? text.Append((char)bytes[at]) : text.Append(CultureInfo.InvariantCulture, $"%{bytes[at]:X2}");
        }

        return text.ToString();
    }

    /// <summary>Reads the name in a description. If another program wrote the description, and it is no name in this form, it is its own
    /// name.</summary>
    public static string Decode(string description)
    {
        if (!description.Contains('%', StringComparison.Ordinal))
        {
            return description;
        }

        var bytes = new List<byte>(description.Length);
        for (var at = 0; at < description.Length; at++)
        {
            if (description[at] == '%' && at + 2 < description.Length && FindByte(description[at + 1], description[at + 2]) is { } value)
            {
                bytes.Add(value);
                at += 2;
            }
            else if (char.IsAscii(description[at]))
            {
                bytes.Add((byte)description[at]);
            }
            else
            {
                return description;
            }
        }

        try
        {
            return Strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return description;
        }
    }

    /// <summary>The name in a description, for people.</summary>
    public static string Show(string? description) => ShowName(Decode(description ?? ""));

    /// <summary>A name, for people. Characters that would act on a terminal or reverse the text around them are shown as they are written in
    /// a description.</summary>
    public static string ShowName(string name) => string.Concat(
        name.EnumerateRunes().Select(static rune => TerminalText.IsHidden(rune) ? Encode(rune.ToString()) : rune.ToString()));

    /// <summary>The name in a description, or a hyphen for none, as a cell of a table.</summary>
    public static string ShowOrHyphen(string? description) => description is { Length: > 0 } ? Show(description) : "-";

    /// <returns>Null if the digits stand for themselves.</returns>
    private static byte? FindByte(char high, char low)
    {
        // Negative if one of them is no digit.
        var value = (HexDigits.IndexOf(high, StringComparison.Ordinal) << 4) | HexDigits.IndexOf(low, StringComparison.Ordinal);
        return value is >= 0 and (<= ' ' or > '~' or '%') ? (byte)value : null;
    }
}

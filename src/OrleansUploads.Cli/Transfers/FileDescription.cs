using System.Text;

namespace OrleansUploads.Cli.Transfers;

/// <summary>Makes a file's name a valid description. Running a command again gives the same description, which finds the upload to
/// resume.</summary>
internal static class FileDescription
{
    private const int MaxChars = 1024;

    /// <summary>The name as it was given. Other bytes than those of printable ASCII are written as <c>%XX</c>, and of a very long
    /// name only the end is kept.</summary>
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length);
        foreach (var value in Encoding.UTF8.GetBytes(name))
        {
            _ = value is >= (byte)' ' and <= (byte)'~'
                ? text.Append((char)value)
                : text.Append(CultureInfo.InvariantCulture, $"%{value:X2}");
        }

        return text.Length <= MaxChars ? text.ToString() : text.ToString(text.Length - MaxChars, MaxChars);
    }
}

using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansUploads.Client.Wire;

/// <summary>An answer that is not the server's, such as the page of a proxy. What it says is often the only hint at what is in the way.</summary>
internal static partial class ForeignAnswer
{
    private const int MaxPageBytes = 16 * 1024;
    private const int MaxChars = 200;

    /// <summary>Describes the status, where a redirect leads, and the beginning of the text.</summary>
    public static string Describe(HttpResponseMessage response, ReadOnlySpan<byte> body)
    {
        var status = $"{(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
        var target = response.Headers.Location is { } location ? $" and redirects to {WithoutQuery(location)}" : "";
        var text = IsText(response.Content.Headers.ContentType?.MediaType) ? Excerpt(body) : "";
        return $"The server returned status {status}{target}{(text.Length > 0 ? $": {text}" : "")}.";
    }

    private static bool IsText(string? mediaType) =>
        mediaType is null
        || mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("json", StringComparison.OrdinalIgnoreCase)
        || mediaType.EndsWith("xml", StringComparison.OrdinalIgnoreCase);

    /// <summary>A query may have something that others must not read.</summary>
    private static string WithoutQuery(Uri location) => location.ToString().Split('?')[0];

    private static string Excerpt(ReadOnlySpan<byte> body)
    {
        var page = Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxPageBytes)]);
        var text = new StringBuilder(MaxChars);
        foreach (var letter in WebUtility.HtmlDecode(Markup().Replace(page, " ")))
        {
            if (!char.IsWhiteSpace(letter) && !char.IsControl(letter) && letter != '\ufffd')
            {
                text.Append(letter);
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }

            if (text.Length == MaxChars)
            {
                return text.Append("...").ToString();
            }
        }

        return text.ToString().TrimEnd().TrimEnd('.');
    }

    /// <summary>Tags, and what a browser does not show on the page.</summary>
    [GeneratedRegex("<(script|style|title)\\b.*?</\\1\\s*>|<!--.*?-->|<[a-z/!?][^>]*>", RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Markup();
}

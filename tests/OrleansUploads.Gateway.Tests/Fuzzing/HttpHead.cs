using System.Text.RegularExpressions;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Decides whether the bytes of a request start with an unambiguous HTTP/1.1 head. Such a request must get an answer
/// from the API. Kestrel itself may reject any other with a status and no body.</summary>
internal static partial class HttpHead
{
    private const int MaxLineBytes = 8 * 1024;
    private const int MaxHeaderBytes = 20 * 1024;
    private const int MaxHeaders = 100;

    public static bool IsSound(ReadOnlySpan<byte> request)
    {
        var end = request.IndexOf("\r\n\r\n"u8);
        if (end < 0 || !TryDecode(request[..end], out var text))
        {
            return false;
        }

        var lines = text.Split("\r\n");
        var headers = lines.Skip(1).Select(line => Header().Match(line)).ToList();
        return lines[0].Length <= MaxLineBytes - 2
            && RequestLine().IsMatch(lines[0])
            && !PathOf(lines[0]).Contains("%00", StringComparison.Ordinal)
            && end - lines[0].Length <= MaxHeaderBytes
            && headers.Count <= MaxHeaders
            && headers.All(header => header.Success)
            && FramesOneBody(headers);
    }

    private static bool FramesOneBody(List<Match> headers)
    {
        var values = headers.ToLookup(
            header => header.Groups[1].Value, header => header.Groups[2].Value.Trim(' ', '\t'), StringComparer.OrdinalIgnoreCase);
        return values["Host"].ToList() is [var host] && Authority().IsMatch(host)
            && !values["Connection"].Any()
            && !values["Upgrade"].Any()
            && (values["Content-Length"].ToList(), values["Transfer-Encoding"].ToList()) switch
            {
                ([], []) => true,
                ([var length], []) => Length().IsMatch(length) && long.TryParse(length, out _),
                ([], ["chunked"]) => true,
                _ => false,
            };
    }

    private static string PathOf(string line) => line.Split(' ')[1].Split('?')[0];

    private static bool TryDecode(ReadOnlySpan<byte> bytes, out string text)
    {
        try
        {
            text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            text = "";
            return false;
        }
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z-]{0,20} /[!-~]* HTTP/1\.1$")]
    private static partial Regex RequestLine();

    [GeneratedRegex(@"^([A-Za-z0-9!#$%&'*+.^_`|~-]+):([^\x00-\x08\x0A-\x1F\x7F]*)$")]
    private static partial Regex Header();

    [GeneratedRegex(@"^[A-Za-z0-9.-]+(:[0-9]{1,5})?$")]
    private static partial Regex Authority();

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Length();
}

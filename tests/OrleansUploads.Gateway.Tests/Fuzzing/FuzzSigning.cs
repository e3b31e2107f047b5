using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

internal static class FuzzSigning
{
    private const string DateHeader = "x-amz-date";

    /// <summary>Adds host, date and signature, then applies the changes that come after signing.</summary>
    public static FuzzRequest Sign(FuzzRequest request, string host, DateTimeOffset now)
    {
        var signed = request.Header("host") is null ? request.Adding("Host", host) : request;
        if (request.Signer is { } signer)
        {
            signed = signed.Header(DateHeader) is null
                ? signed.Adding(DateHeader, AmzTimestamp.Format(now + signer.Ahead))
                : signed;
            signed = signed.Adding("Authorization", Authorization(signed, signer, now));
        }

        var sent = request.Tampering.Aggregate(signed, (tampered, change) => change(tampered));
        return sent.Framing is BodyFraming.AsItIs && AnnouncesMissingBody(sent)
            ? sent with { Framing = new BodyFraming.Unended() }
            : sent;
    }

    public static byte[] Encode(FuzzRequest request)
    {
        var head = new System.Text.StringBuilder($"{request.Method} {request.Target} HTTP/1.1\r\n");
        foreach (var (name, value) in request.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(request.Framing switch
        {
            BodyFraming.Chunked => "Transfer-Encoding: chunked\r\n",
            BodyFraming.Cut cut => $"Content-Length: {request.Body.Length + cut.MissingBytes}\r\n",
            BodyFraming.OnlyAnnounced announced => $"Content-Length: {announced.Length}\r\n",
            BodyFraming.Unended => "",
            _ when HasLengthHeader(request) => $"Content-Length: {request.Body.Length}\r\n",
            _ => "",
        });
        var bytes = new MemoryStream();
        bytes.Write(WireText.Encode(head.Append("\r\n").ToString()));
        WriteBody(request, bytes);
        return bytes.ToArray();
    }

    /// <summary>Whether one of the request's own headers announces a body that is never sent.</summary>
    private static bool AnnouncesMissingBody(FuzzRequest request) =>
        request.Header("Transfer-Encoding") is not null
        || (!HasLengthHeader(request) && request.Header("Content-Length") is { } length && length.Trim(' ', '\t', '0').Length > 0);

    /// <summary>Whether clients send a Content-Length with such a request.</summary>
    private static bool HasLengthHeader(FuzzRequest request) => request.Body.Length > 0 || request.Method is "PUT" or "POST";

    private static void WriteBody(FuzzRequest request, MemoryStream to)
    {
        if (request.Framing is BodyFraming.Chunked(var size))
        {
            foreach (var chunk in request.Body.Chunk(size))
            {
                to.Write(WireText.Encode($"{chunk.Length:x}\r\n"));
                to.Write(chunk);
                to.Write("\r\n"u8);
            }

            to.Write("0\r\n\r\n"u8);
        }
        else if (request.Framing is not BodyFraming.OnlyAnnounced)
        {
            to.Write(request.Body);
        }
    }

    private static string Authorization(FuzzRequest request, Signer signer, DateTimeOffset now)
    {
        // An unparsable date cannot be signed. The signature is made with a valid date instead.
        var dated = AmzTimestamp.TryParse(request.Header(DateHeader), out _)
            ? request
            : request.With(DateHeader, AmzTimestamp.Format(now + signer.Ahead));
        var values = dated.Headers.ToLookup(
            header => header.Name.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal);
        var names = values.Select(named => named.Key)
            .Where(name => name.Length > 0 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
            .Order(StringComparer.Ordinal)
            .ToArray();
        var payload = dated.Header("x-amz-content-sha256") ?? Requests.LinearHashOf(dated.Body);
        var signed = new SigningRequest(
            dated.Method, dated.Target, name => values.Contains(name) ? string.Join(',', values[name]) : null, names, payload);
        return new RequestSigner(signer.Rules, signer.Region, signer.AccessKeyId, signer.SecretKey).Sign(signed, names).ToString();
    }
}

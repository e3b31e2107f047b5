using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using OrleansUploads.Signing;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>A bucket of the measured server.</summary>
/// <param name="http">Sends the requests.</param>
/// <param name="requests">Signs them.</param>
/// <param name="name">The bucket's name.</param>
internal sealed class GatewayBucket(HttpClient http, SignedRequests requests, string name)
{
    private static ReadOnlySpan<byte> ContentsStart => "<Contents>"u8;

    private static ReadOnlySpan<byte> PrefixStart => "<CommonPrefixes>"u8;

    public Task CreateAsync(CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, $"/{name}", [], cancellationToken);

    /// <summary>Stores a small object.</summary>
    public Task PutAsync(string key, byte[] bytes, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Put, $"/{name}/{key}", bytes, cancellationToken);

    /// <summary>Lists one page of objects.</summary>
    /// <param name="query">Further parameters, in alphabetical order behind <c>list-type</c>.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The number of objects and common prefixes on the page.</returns>
    public async Task<int> ListAsync(string query, CancellationToken cancellationToken)
    {
        var page = await SendAsync(HttpMethod.Get, $"/{name}?list-type=2{query}", [], cancellationToken);
        return page.AsSpan().Count(ContentsStart) + page.AsSpan().Count(PrefixStart);
    }

    /// <summary>Initiates a multipart upload.</summary>
    /// <returns>Its address.</returns>
    public async Task<string> BeginAsync(string key, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Post, $"/{name}/{key}?uploads", [], cancellationToken);
        var document = XDocument.Parse(Encoding.UTF8.GetString(answer));
        var upload = document.Descendants().Single(element => element.Name.LocalName == "UploadId").Value;
        return $"/{name}/{key}?uploadId={upload}";
    }

    /// <summary>Creates the signed requests that send parts to an upload.</summary>
    public HttpRequestMessage[] PartRequests(ArchiveParts parts, string upload) =>
    [
        .. parts.Bodies.Select((body, index) => requests.Create(
            HttpMethod.Put,
            string.Create(CultureInfo.InvariantCulture, $"{upload}&partNumber={index + 1}"),
            parts.Hashes[index].Linear!.Value.ToString(),
            new ByteArrayContent(body))),
    ];

    /// <summary>Completes an upload of parts in order.</summary>
    public Task CompleteAsync(string upload, ArchiveParts parts, CancellationToken cancellationToken)
    {
        var body = CompletionDocument.Of(
            parts.Bodies.Select((part, index) => (index + 1, $"&quot;{Md5Digest.Compute(part)}&quot;")));
        return SendAsync(HttpMethod.Post, upload, Encoding.UTF8.GetBytes(body), cancellationToken);
    }

    /// <summary>Creates the signed requests that store each part as an object.</summary>
    public HttpRequestMessage[] ObjectRequests(ArchiveParts parts, string prefix) =>
    [
        .. parts.Bodies.Select((body, index) => requests.Create(
            HttpMethod.Put, ObjectTarget(prefix, index), parts.Hashes[index].Linear!.Value.ToString(), new ByteArrayContent(body))),
    ];

    /// <summary>Creates the signed requests that delete these objects.</summary>
    public HttpRequestMessage[] DeletionRequests(ArchiveParts parts, string prefix) =>
        [.. parts.Bodies.Select((_, index) => requests.Create(HttpMethod.Delete, ObjectTarget(prefix, index), []))];

    /// <summary>Creates the signed request that reads an object.</summary>
    public HttpRequestMessage ReadRequest(string key) =>
        requests.Create(HttpMethod.Get, $"/{name}/{key}", SigningRequest.EmptyPayloadHash, content: null);

    private string ObjectTarget(string prefix, int index) => string.Create(CultureInfo.InvariantCulture, $"/{name}/{prefix}-{index}");

    /// <summary>Aborts an upload.</summary>
    public Task AbortAsync(string upload, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Delete, upload, [], cancellationToken);

    /// <summary>Sends a request with a body.</summary>
    /// <returns>The answer's body.</returns>
    /// <exception cref="InvalidOperationException">The request was refused.</exception>
    public async Task<byte[]> SendAsync(HttpMethod method, string target, byte[] body, CancellationToken cancellationToken)
    {
        using var content = body.Length > 0 || method != HttpMethod.Get ? new ByteArrayContent(body) : null;
        using var request = requests.Create(method, target, Convert.ToHexStringLower(SHA256.HashData(body)), content);
        using var answer = await http.SendAsync(request, cancellationToken);
        var received = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? received
            : throw new InvalidOperationException(
                $"{method} {target} answered {answer.StatusCode}: {Encoding.UTF8.GetString(received)}");
    }
}

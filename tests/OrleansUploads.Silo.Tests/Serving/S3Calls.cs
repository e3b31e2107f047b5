using System.Text;
using System.Xml.Linq;
using OrleansUploads.Signing;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>Calls of S3 to a server. Each must succeed.</summary>
internal sealed class S3Calls(ServingProcess server) : IDisposable
{
    /// <summary>The bucket that <see cref="StartStoreAsync"/> creates.</summary>
    public const string Bucket = "parts";

    private readonly HttpClient _http = new();
    private readonly SignedRequests _requests = server.SignS3();

    /// <summary>Starts a server with an empty bucket, in which silos can keep their bytes.</summary>
    public static async Task<ServerProcess> StartStoreAsync(string folder)
    {
        var store = await ServerProcess.StartAsync(folder, "--quiet");
        using var s3 = new S3Calls(store);
        await s3.SendAsync(HttpMethod.Put, $"/{Bucket}", []);
        return store;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Returns the body of the answer.</summary>
    public async Task<byte[]> SendAsync(HttpMethod method, string target, byte[]? body = null)
    {
        using var answer = await AskAsync(method, target, body);
        return await answer.Content.ReadAsByteArrayAsync();
    }

    public async Task<string> CreateUploadAsync(string key) =>
        Values(await SendAsync(HttpMethod.Post, $"{key}?uploads", []), "UploadId").Single();

    public async Task<string> PutPartAsync(string target, byte[] part)
    {
        using var answer = await AskAsync(HttpMethod.Put, target, part);
        return answer.Headers.ETag!.Tag;
    }

    public async Task<string> CompleteAsync(string target, XElement parts) =>
        Values(await SendAsync(HttpMethod.Post, target, Encoding.UTF8.GetBytes(parts.ToString())), "ETag").Single();

    /// <summary>Returns the values of all elements with a name in a list.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string target, string name) => Values(await SendAsync(HttpMethod.Get, target), name);

    private static List<string> Values(byte[] document, string name)
    {
        using var body = new MemoryStream(document);
        return [.. XDocument.Load(body).Descendants().Where(element => element.Name.LocalName == name).Select(static element => element.Value)];
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string target, byte[]? body)
    {
        using var content = body is null ? null : new ByteArrayContent(body);
        using var request = _requests.Create(method, target, PayloadModes.NotSigned, content);
        var answer = await _http.SendAsync(request);
        Assert.True(
            answer.IsSuccessStatusCode, $"{method} {target} answered {answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return answer;
    }
}

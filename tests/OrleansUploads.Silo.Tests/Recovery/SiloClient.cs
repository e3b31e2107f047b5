using OrleansUploads.Client;
using OrleansUploads.Signing;

namespace OrleansUploads.Silo.Tests.Recovery;

/// <summary>The clients of one silo, for both protocols. They do not retry. They outlive the process, and work again when another one is
/// started at its address.</summary>
internal sealed class SiloClient : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout.InfiniteTimeSpan };
    private readonly SignedRequests _s3;
    private readonly Uri _address;

    public SiloClient(RunningSilo silo)
    {
        _address = silo.Address;
        Vaults = silo.ConnectThrough(_http);
        _s3 = silo.SignS3();
    }

    /// <summary>The vault API.</summary>
    public GlacierClient Vaults { get; }

    /// <summary>Sends an S3 request.</summary>
    /// <exception cref="HttpRequestException">The answer is no success, or there is none.</exception>
    public async Task<byte[]> SendS3Async(
        HttpMethod method, string target, byte[]? body = null, CancellationToken cancellationToken = default)
    {
        using var content = body is null ? null : new ByteArrayContent(body);
        using var request = _s3.Create(method, target, PayloadModes.NotSigned, content);
        using var answer = await _http.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>Whether the silo says that it is ready.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(new Uri(_address, "/healthz"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        Vaults.Dispose();
        _http.Dispose();
    }
}

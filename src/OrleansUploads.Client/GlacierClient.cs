using System.Runtime.CompilerServices;
using OrleansUploads.Client.Models;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

/// <summary>Speaks the Glacier vault REST API (2012-06-01) to any server that does. Safe for many threads.</summary>
/// <remarks>
/// Each method is one operation of the protocol. It is signed, sent again while <see cref="GlacierClientOptions.Retry"/>
/// says so, and ends in an answer or a <see cref="GlacierException"/>. To move whole files, see
/// <see cref="Transfers.ArchiveUpload"/> and <see cref="Transfers.ArchiveDownload"/>.
/// </remarks>
public sealed partial class GlacierClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly string _account;

    /// <summary>Makes a client with connections of its own.</summary>
    public GlacierClient(GlacierClientOptions options)
        : this(CreateHttp(), options) => _ownsHttp = true;

    /// <summary>Makes a client that sends by the caller's <see cref="HttpClient"/>, which stays the caller's to dispose
    /// of. Its <see cref="HttpClient.Timeout"/> bounds each attempt, so for large parts it should be infinite, and its
    /// handler should not follow redirects.</summary>
    /// <exception cref="ArgumentException">The endpoint is not an absolute http or https address without a path.</exception>
    public GlacierClient(HttpClient http, GlacierClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(options.AccountId, nameof(options));
        if (options.Endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https", PathAndQuery: "/" })
        {
            throw new ArgumentException("The endpoint is scheme, host and port, without a path.", nameof(options));
        }

        _http = http;
        _account = options.AccountId;
        Transport = new Transport(http, options);
    }

    /// <summary>For the transfers, which follow the same clock and patience.</summary>
    internal Transport Transport { get; }

    /// <summary>Closes the connections, where they are the client's own.</summary>
    public void Dispose()
    {
        if (_ownsHttp)
        {
            _http.Dispose();
        }
    }

    private static HttpClient CreateHttp()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(15),
        };
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private Task<T> RunAsync<T>(
        GlacierRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken) =>
        Transport.RunAsync(request, read, Transport.Retry, cancellationToken);

    private static async IAsyncEnumerable<T> EachAsync<T>(
        Func<string?, CancellationToken, Task<Page<T>>> readPage,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? marker = null;
        do
        {
            var page = await readPage(marker, cancellationToken);
            foreach (var item in page.Items)
            {
                yield return item;
            }

            // A server that answers a marker with itself would keep us here for ever.
            marker = page.Marker is null || page.Marker != marker
                ? page.Marker
                : throw new GlacierException(GlacierErrorCodes.UnreadableAnswer, "The server answered the same page marker twice.");
        }
        while (!string.IsNullOrEmpty(marker));
    }
}

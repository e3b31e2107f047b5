using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Client.Wire;

namespace OrleansUploads.Client;

/// <summary>A client for servers that implement the Glacier vault REST API (2012-06-01). Thread-safe.</summary>
/// <remarks>
/// Each method performs one operation of the protocol. It signs the request, retries it as
/// <see cref="GlacierClientOptions.Retry"/> specifies, and returns the result or throws a <see cref="GlacierException"/>.
/// To transfer whole files, use <see cref="Transfers.ArchiveUpload"/> and <see cref="Transfers.ArchiveDownload"/>.
/// </remarks>
public sealed partial class GlacierClient : IDisposable
{
    /// <summary>The name of the <see cref="System.Diagnostics.ActivitySource"/> of the client. Each call is an activity, named after the
    /// operation.</summary>
    public const string ActivitySourceName = "OrleansUploads.Client";

    private readonly HttpClient _http;
    private readonly bool _ownsHttp;
    private readonly string _account;

    /// <summary>Creates a client with its own connections.</summary>
    /// <exception cref="ArgumentException">An option is missing or not valid. The message names it.</exception>
    public GlacierClient(GlacierClientOptions options)
        : this(CreateHttp(), options) => _ownsHttp = true;

    /// <summary>Creates a client that uses the caller's <see cref="HttpClient"/> and does not dispose of it. Its
    /// <see cref="HttpClient.Timeout"/> limits each attempt, so set it to infinite for large parts. Its handler should not
    /// follow redirects.</summary>
    /// <exception cref="ArgumentException">An option is missing or not valid. The message names it.</exception>
    public GlacierClient(HttpClient http, GlacierClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(options);
        options.RequireValid(nameof(options));
        _http = http;
        _account = options.AccountId;
        Transport = new Transport(http, options);
    }

    /// <summary>Whether the server accepts parts of multipart uploads whose signature covers the tree hash of the bytes and not their linear
    /// hash. This project's server does; its first response says so.</summary>
    public bool AcceptsUnsignedPayload => Transport.AcceptsUnsignedPayload;

    /// <summary>The transport, with the clock and retry policy that transfers share.</summary>
    internal Transport Transport { get; }

    /// <summary>Closes the connections if the client created them.</summary>
    public void Dispose()
    {
        if (_ownsHttp)
        {
            _http.Dispose();
        }
    }

    /// <summary>Creates a handler with the settings that a client without one uses: no redirects, no cookies, connections that are
    /// renewed, and no proxy for the servers that <c>NO_PROXY</c> names.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromSeconds(15),
        ConnectCallback = Connector.ConnectAsync,
        Proxy = DirectServers.Find(),
    };

    private static HttpClient CreateHttp() => new(CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    private Task<T> RunAsync<T>(
        WireRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        CancellationToken cancellationToken,
        [CallerMemberName] string operation = "") =>
        Transport.RunAsync(request, read, Transport.Retry, cancellationToken, operation);

    private Task<T> GetAsync<T>(
        string pathAndQuery, JsonTypeInfo<T> type, CancellationToken cancellationToken, [CallerMemberName] string operation = "") =>
        RunAsync(
            new WireRequest(HttpMethod.Get, pathAndQuery),
            (response, token) => ResponseReader.ReadJsonAsync(response, type, token),
            cancellationToken,
            operation);

    private Task<bool> SendAsync(
        WireRequest request, CancellationToken cancellationToken, [CallerMemberName] string operation = "") =>
        RunAsync(
            request,
            static (response, _) =>
            {
                ResponseReader.RequireOwn(response);
                return Task.FromResult(true);
            },
            cancellationToken,
            operation);

    private async IAsyncEnumerable<TItem> ReadPagesAsync<TPage, TItem>(
        string path,
        JsonTypeInfo<TPage> type,
        Func<TPage, (IReadOnlyList<TItem> Items, string? Marker)> read,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        [CallerMemberName] string operation = "",
        string? idOf = null)
    {
        string? marker = null;
        do
        {
            var (items, next) = read(await RunAsync(
                new WireRequest(HttpMethod.Get, RequestPath.Page(path, marker)).WithHeader(HeaderNames.IdOf, idOf),
                (response, token) => ResponseReader.ReadJsonAsync(response, type, token),
                cancellationToken,
                operation).ConfigureAwait(false));
            foreach (var item in items)
            {
                yield return item;
            }

            // A server that returns the marker it was given would make this loop endless.
            marker = next is null || next != marker
                ? next
                : throw new GlacierException(
                    GlacierErrorCodes.UnreadableAnswer, $"The server returned the page marker '{marker}' twice.");
        }
        while (!string.IsNullOrEmpty(marker));
    }
}

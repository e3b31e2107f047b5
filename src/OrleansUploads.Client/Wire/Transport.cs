using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using OrleansUploads.Client.Sources;
using OrleansUploads.Signing;

namespace OrleansUploads.Client.Wire;

/// <summary>Signs and sends requests, retries transient failures, and reports all failures as
/// <see cref="GlacierException"/>.</summary>
internal sealed partial class Transport
{
    private const string ApiVersion = "2012-06-01";
    private const string MethodSuffix = "Async";

    /// <summary>The end of the message about a connection that cannot be secured.</summary>
    private const string SeeInner = ", see inner exception.";

    /// <summary>The activities of calls. <see cref="HttpClient"/> sends the current one to the server as <c>traceparent</c>.</summary>
    private static readonly ActivitySource Activities = new(GlacierClient.ActivitySourceName);

    private static readonly ProductInfoHeaderValue Product = new("OrleansUploads.Client", "0.1");

    private readonly HttpClient _http;
    private readonly GlacierClientOptions _options;
    private readonly string _path;
    private readonly MessageSigner _signer;
    private bool _acceptsUnsignedPayload;
    private bool _refusesExpectations;

    public Transport(HttpClient http, GlacierClientOptions options)
    {
        _http = http;
        _options = options;
        _path = options.Endpoint.AbsolutePath.TrimEnd('/');
        _signer = new MessageSigner(
            new RequestSigner(SigningRules.Glacier, options.Region, options.AccessKeyId, options.SecretAccessKey),
            string.IsNullOrEmpty(options.SessionToken) ? null : options.SessionToken);
    }

    public TimeProvider TimeProvider => _options.TimeProvider;

    public RetryPolicy Retry => _options.Retry;

    public RateLimit? Limit => _options.RateLimit;

    /// <summary>Whether a response of the server said that it accepts an upload without its linear hash.</summary>
    public bool AcceptsUnsignedPayload => Volatile.Read(ref _acceptsUnsignedPayload);

    public IdleTimer StartIdleTimer(CancellationToken cancellationToken) =>
        new(_options.IdleTimeout, _options.TimeProvider, cancellationToken);

    /// <summary>Sends a request, with retries, and reads the response. <paramref name="read"/> runs at most once per
    /// attempt. <paramref name="operation"/> is the client's method, which names the activity.</summary>
    public Task<T> RunAsync<T>(
        WireRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        RetryPolicy retry,
        CancellationToken cancellationToken,
        [CallerMemberName] string operation = "") =>
        TraceAsync(
            operation, () => retry.RunAsync((_, token) => AttemptAsync(request, read, token), TimeProvider, cancellationToken));

    /// <summary>Sends a request that deletes a resource, with retries. If a retry does not find the resource, the call succeeds:
    /// an earlier attempt has deleted it, and its response was lost.</summary>
    public Task RemoveAsync(WireRequest request, CancellationToken cancellationToken, [CallerMemberName] string operation = "") =>
        RemoveAsync(request, static _ => true, ifGone: true, cancellationToken, operation);

    /// <inheritdoc cref="RemoveAsync(WireRequest, CancellationToken, string)"/>
    /// <param name="request">The request.</param>
    /// <param name="read">Reads the response.</param>
    /// <param name="ifGone">The result if a retry does not find the resource.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <param name="operation">The client's method.</param>
    public Task<T> RemoveAsync<T>(
        WireRequest request,
        Func<HttpResponseMessage, T> read,
        T ifGone,
        CancellationToken cancellationToken,
        [CallerMemberName] string operation = "") =>
        TraceAsync(
            operation,
            () => Retry.RunAsync(
                async (attempt, token) =>
                {
                    try
                    {
                        return await AttemptAsync(
                            request,
                            (response, _) =>
                            {
                                ResponseReader.RequireOwn(response);
                                return Task.FromResult(read(response));
                            },
                            token).ConfigureAwait(false);
                    }
                    catch (GlacierException failure) when (attempt > 1 && failure.Code == GlacierErrorCodes.ResourceNotFound)
                    {
                        return ifGone;
                    }
                },
                TimeProvider,
                cancellationToken));

    /// <summary>Sends a part to an address that the server has signed. Only a success is a success: anything else may have been stored, or may
    /// be another part's.</summary>
    /// <returns>The tree hash of the bytes.</returns>
    /// <exception cref="GlacierException">The store refused the write, or its answer did not arrive.</exception>
    /// <exception cref="IOException">Reading the bytes failed.</exception>
    public async Task<TreeHash> WriteAsync(
        DirectGrant grant, string uploadId, ByteSource source, long offsetBytes, CancellationToken cancellationToken)
    {
        using var idle = StartIdleTimer(cancellationToken);
        using var content = new PartWithFooter(
            source, new ByteRange(offsetBytes, offsetBytes + grant.Range.LengthBytes), grant.Attempt, uploadId, idle, _options.RateLimit);
        using var message = new HttpRequestMessage(HttpMethod.Put, grant.Url) { Content = content };
        message.Headers.ExpectContinue = true;
        foreach (var (name, value) in grant.Headers ?? new Dictionary<string, string>())
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        try
        {
            using var response = await ReadAsync(
                idle, token => _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, token), cancellationToken)
                    .ConfigureAwait(false);
            return response.IsSuccessStatusCode ? content.TreeHash : throw new GlacierException(
                GlacierErrorCodes.WriteRefused, $"The store answered {(int)response.StatusCode} to the write of {grant.Range}.")
            {
                StatusCode = response.StatusCode,
                IsTransient = true,
            };
        }
        catch (GlacierException) when (content.SourceFailure is { } cause)
        {
            throw Unreadable(cause);
        }
    }

    /// <summary>If a connection takes too long to open, only the inner exception says so.</summary>
    private static string ReasonOf(OperationCanceledException cause) =>
        cause.InnerException is TimeoutException late && !cause.Message.Contains(nameof(HttpClient.Timeout), StringComparison.Ordinal)
            ? late.Message
            : cause.Message;

    private static string DescribeFailure(Exception cause) =>
        cause.InnerException is { } inner && cause.Message.EndsWith(SeeInner, StringComparison.Ordinal)
            ? $"{cause.Message[..^SeeInner.Length]}: {inner.Message}"
            : WithoutPassword(cause);

    /// <summary>The message about a proxy that does not connect has its whole address, and a period before a last quotation mark.</summary>
    private static string WithoutPassword(Exception cause) =>
        cause is HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }
            ? UserInfo().Replace(cause.Message, "//").TrimEnd('.', '"') + "."
            : cause.Message;

    [GeneratedRegex("//[^/]*@")]
    private static partial Regex UserInfo();

    private static IOException Unreadable(Exception cause) => new("Reading the bytes to upload failed: " + cause.Message, cause);

    /// <summary>Creates the exception for a body that ended before its announced length.</summary>
    public static GlacierException BodyEnded(long arrivedBytes, long lengthBytes) =>
        new(GlacierErrorCodes.ConnectionFailure, $"The body ended after {arrivedBytes} of {lengthBytes} bytes.") { IsTransient = true };

    /// <summary>Runs a step that reads from a connection, and reports its failures as <see cref="GlacierException"/>.</summary>
    public static async Task<T> ReadAsync<T>(
        IdleTimer idle, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step(idle.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException cause) when (cancellationToken.IsCancellationRequested)
        {
            // Callers tell their own cancellation by its token.
            throw new TaskCanceledException(cause.Message, cause, cancellationToken);
        }
        catch (OperationCanceledException cause)
        {
            // The idle timer or the timeout of the caller's HttpClient has canceled the step.
            throw idle.HasFired
                ? idle.CreateException(cause)
                : new GlacierException(GlacierErrorCodes.IdleTimeout, ReasonOf(cause), cause) { IsTransient = true };
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException or SocketException)
        {
            // HttpClient reports a SocketException if the server closes the connection right after it was established.
            // A retry cannot fix an untrusted certificate.
            throw new GlacierException(GlacierErrorCodes.ConnectionFailure, DescribeFailure(cause), cause)
            {
                IsTransient = cause.InnerException is not AuthenticationException,
            };
        }
    }

    private async Task<T> AttemptAsync<T>(
        WireRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        var expects = !Volatile.Read(ref _refusesExpectations);
        try
        {
            return await AttemptAsync(request, expects, read, cancellationToken).ConfigureAwait(false);
        }
        catch (GlacierException refusal) when (refusal.StatusCode == HttpStatusCode.ExpectationFailed && expects)
        {
            // An old proxy cannot wait for the server's word, and has passed nothing on.
            Volatile.Write(ref _refusesExpectations, true);
            return await AttemptAsync(request, expects: false, read, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> AttemptAsync<T>(
        WireRequest request, bool expects, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var idle = StartIdleTimer(cancellationToken);
        using var content = request.Body is not { } body ? null
            : new BodyContent(body.Source, body.Range, body.OnSent, idle, _options.RateLimit);
        using var message = CreateMessage(request, content, expects);
        try
        {
            return await ReadAsync(idle, token => SendAsync(message, request.KeepsResponseOpen, read, idle, token), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (GlacierException) when (content?.SourceFailure is { } cause)
        {
            throw Unreadable(cause);
        }
    }

    private async Task<T> SendAsync<T>(
        HttpRequestMessage message,
        bool keepOpen,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        IdleTimer idle,
        CancellationToken cancellationToken)
    {
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        var handedOver = false;
        try
        {
            idle.Restart();
            if (!AcceptsUnsignedPayload && ResponseReader.FindHeader(response, HeaderNames.Accepts) == PayloadModes.NotSigned)
            {
                Volatile.Write(ref _acceptsUnsignedPayload, true);
            }

            if (!response.IsSuccessStatusCode)
            {
                throw await ResponseReader.ReadErrorAsync(response, TimeProvider, cancellationToken).ConfigureAwait(false);
            }

            var result = await read(response, cancellationToken).ConfigureAwait(false);
            handedOver = keepOpen;
            return result;
        }
        finally
        {
            if (!handedOver)
            {
                response.Dispose();
            }
        }
    }

    private HttpRequestMessage CreateMessage(WireRequest request, BodyContent? content, bool expects)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(_options.Endpoint, _path + request.PathAndQuery)) { Content = content };
        if (request.Method != HttpMethod.Get)
        {
            // .NET repeats a request without content by itself if its connection ends before the response. The retry policy does not see
            // that: a deletion would be answered "not found", and a purchase made twice. Empty content prevents it.
            message.Content ??= new ByteArrayContent([]);
        }

        _signer.Sign(
            message, request.PayloadHash, TimeProvider.GetUtcNow(), request.Headers.Append(new(HeaderNames.Version, ApiVersion)));
        message.Headers.UserAgent.Add(Product);

        // Allows the server to refuse the request before the body is sent. Otherwise the refusal of a large body looks like a
        // connection failure, because the server closes the connection without reading the body.
        message.Headers.ExpectContinue = expects && request.Body?.LengthBytes >= TreeHash.LeafBytes;
        return message;
    }

    /// <summary>Runs a call as an activity, if anything listens. The activity has the name of <paramref name="method"/>
    /// without <c>Async</c>.</summary>
    private static async Task<T> TraceAsync<T>(string method, Func<Task<T>> call)
    {
        var name = method.EndsWith(MethodSuffix, StringComparison.Ordinal) ? method[..^MethodSuffix.Length] : method;
        using var activity = Activities.StartActivity(name, ActivityKind.Client);
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            activity?.SetTag("code", (failure as GlacierException)?.Code);
            activity?.SetStatus(ActivityStatusCode.Error, failure.Message);
            throw;
        }
    }
}

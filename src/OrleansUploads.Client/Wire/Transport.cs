using System.Net.Http.Headers;
using System.Security.Authentication;
using OrleansUploads.Core;
using OrleansUploads.Signing;

namespace OrleansUploads.Client.Wire;

/// <summary>Signs and sends requests, again where that may help, and turns every failure into one exception type.</summary>
internal sealed class Transport
{
    private const string ApiVersion = "2012-06-01";

    private static readonly ProductInfoHeaderValue Product = new("OrleansUploads.Client", "0.1");

    private readonly HttpClient _http;
    private readonly GlacierClientOptions _options;
    private readonly RequestSigner _signer;

    public Transport(HttpClient http, GlacierClientOptions options)
    {
        _http = http;
        _options = options;
        _signer = new RequestSigner(
            SigningRules.Glacier, options.Region, options.AccessKeyId, options.SecretAccessKey);
    }

    public TimeProvider TimeProvider => _options.TimeProvider;

    public RetryPolicy Retry => _options.Retry;

    /// <summary>Watches an attempt for standing still.</summary>
    public IdleTimer StartIdleTimer(CancellationToken cancellationToken) =>
        new(_options.IdleTimeout, _options.TimeProvider, cancellationToken);

    /// <summary>Sends a request until it is answered, and reads the answer.</summary>
    /// <param name="request">What to send.</param>
    /// <param name="read">Reads a success; runs once per attempt that gets that far.</param>
    /// <param name="retry">How patiently.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public Task<T> RunAsync<T>(
        GlacierRequest request,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        RetryPolicy retry,
        CancellationToken cancellationToken) =>
        retry.RunAsync((_, token) => AttemptAsync(request, read, token), TimeProvider, cancellationToken);

    /// <summary>Sends a request that removes something. Where an answer was lost and the next attempt finds nothing,
    /// the lost attempt had done it.</summary>
    public Task RemoveAsync(GlacierRequest request, CancellationToken cancellationToken) =>
        Retry.RunAsync(
            async (attempt, token) =>
            {
                try
                {
                    return await AttemptAsync(request, static (_, _) => Task.FromResult(true), token);
                }
                catch (GlacierException failure) when (attempt > 1 && failure.Code == GlacierErrorCodes.ResourceNotFound)
                {
                    return true;
                }
            },
            TimeProvider,
            cancellationToken);

    /// <summary>Runs a step that reads from a connection, and names what ends it.</summary>
    public static async Task<T> ReadAsync<T>(
        IdleTimer idle, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step(idle.Token);
        }
        catch (OperationCanceledException cause) when (!cancellationToken.IsCancellationRequested)
        {
            // Either our own timer or the timeout of a caller's HttpClient.
            throw idle.HasFired
                ? idle.Describe(cause)
                : new GlacierException(GlacierErrorCodes.IdleTimeout, cause.Message, cause) { IsTransient = true };
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException)
        {
            // A certificate that is not trusted now will not be trusted in a second.
            throw new GlacierException(GlacierErrorCodes.ConnectionFailure, cause.Message, cause)
            {
                IsTransient = cause.InnerException is not AuthenticationException,
            };
        }
    }

    private async Task<T> AttemptAsync<T>(
        GlacierRequest request, Func<HttpResponseMessage, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var idle = StartIdleTimer(cancellationToken);
        using var content = request.Body is null ? null : new BodyContent(request.Body, idle);
        using var message = CreateMessage(request, content);
        try
        {
            return await ReadAsync(idle, token => SendAsync(message, request.KeepsAnswerOpen, read, idle, token), cancellationToken);
        }
        catch (GlacierException) when (content?.SourceFailure is { } cause)
        {
            throw new IOException("The bytes to upload cannot be read: " + cause.Message, cause);
        }
    }

    private async Task<T> SendAsync<T>(
        HttpRequestMessage message,
        bool keepOpen,
        Func<HttpResponseMessage, CancellationToken, Task<T>> read,
        IdleTimer idle,
        CancellationToken cancellationToken)
    {
        var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var handedOver = false;
        try
        {
            idle.Touch();
            if (!response.IsSuccessStatusCode)
            {
                throw await Answer.ReadErrorAsync(response, TimeProvider, cancellationToken);
            }

            var result = await read(response, cancellationToken);
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

    private HttpRequestMessage CreateMessage(GlacierRequest request, BodyContent? content)
    {
        var uri = new Uri(_options.Endpoint, request.PathAndQuery);
        var message = new HttpRequestMessage(request.Method, uri) { Content = content };
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = uri.Authority,
            [HeaderNames.ContentSha256] = request.PayloadHash,
            [HeaderNames.Date] = AmzTimestamp.Format(TimeProvider.GetUtcNow()),
            [HeaderNames.Version] = ApiVersion,
        };
        foreach (var (name, value) in request.Headers)
        {
            signed.Add(name, value);
        }

        foreach (var (name, value) in signed)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        AddContentHeader(content, signed, "content-range", request.ContentRange);
        AddContentHeader(content, signed, "content-type", request.ContentType);
        message.Headers.UserAgent.Add(Product);

        // Lets a server refuse before the body is sent. Without it, a refusal of a large body looks like a broken
        // connection, because the server closes on bytes that nobody reads.
        message.Headers.ExpectContinue = request.Body?.LengthBytes >= Limits.LeafBytes;

        var toSign = new SigningRequest(
            request.Method.Method, uri.PathAndQuery, signed.GetValueOrDefault, request.PayloadHash);
        message.Headers.TryAddWithoutValidation("Authorization", _signer.Sign(toSign, [.. signed.Keys]).ToString());
        return message;
    }

    private static void AddContentHeader(
        BodyContent? content, SortedDictionary<string, string> signed, string name, string? value)
    {
        if (content is not null && value is not null)
        {
            content.Headers.TryAddWithoutValidation(name, value);
            signed.Add(name, value);
        }
    }
}

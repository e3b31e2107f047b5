using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace OrleansUploads.Client.Wire;

internal static class ResponseReader
{
    private const int MaxErrorBytes = 64 * 1024;

    public static async Task<T> ReadJsonAsync<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var read = body.ConfigureAwait(false);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken).ConfigureAwait(false)
                ?? throw Unreadable(response, "The body of the response is the JSON value null.");
        }
        catch (JsonException failure)
        {
            throw Unreadable(response, "The body of the response is not the JSON document that the protocol defines.", failure);
        }
    }

    /// <summary>Requires that a success without a document is the server's. The page with which a network asks for a login has the status
    /// 200, which no such success has, and no request ID.</summary>
    public static void RequireOwn(HttpResponseMessage response)
    {
        if (response.StatusCode == HttpStatusCode.OK && FindHeader(response, HeaderNames.RequestId) is null)
        {
            throw Unreadable(
                response, $"The response has status 200 without {HeaderNames.RequestId}, so it is not the server's. The server may have done nothing.");
        }
    }

    /// <summary>Returns a header's value. Fails if the header is missing.</summary>
    public static string RequireHeader(HttpResponseMessage response, string name) =>
        FindHeader(response, name) ?? throw Unreadable(response, $"The response has no header {name}.");

    /// <returns>Null if the header is missing.</returns>
    public static string? FindHeader(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <returns>Null if the header is missing.</returns>
    public static long? FindNumber(HttpResponseMessage response, string name) =>
        FindHeader(response, name) is not { } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw Unreadable(response, $"The response header {name} is '{text}', which is not a number.");

    /// <returns>Null if the header is missing.</returns>
    public static DateTimeOffset? FindTime(HttpResponseMessage response, string name) =>
        FindHeader(response, name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : throw Unreadable(response, $"The response header {name} is '{text}', which is not a time.");

    /// <summary><c>x-amz-sha256-tree-hash</c>, or null if it is missing.</summary>
    public static TreeHash? FindTreeHash(HttpResponseMessage response) =>
        FindHeader(response, HeaderNames.TreeHash) is not { } text ? null
        : TreeHash.TryParse(text, out var hash) ? hash
        : throw Unreadable(response, $"The response header {HeaderNames.TreeHash} is '{text}', which is not a tree hash.");

    /// <summary>The range of a partial response, or null for a complete one.</summary>
    public static ByteRange? FindRange(HttpResponseMessage response) =>
        response.Content.Headers.ContentRange is { From: { } first, To: { } last } ? new ByteRange(first, last + 1) : null;

    public static async Task<GlacierException> ReadErrorAsync(
        HttpResponseMessage response, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var body = await ReadBeginningAsync(response, cancellationToken).ConfigureAwait(false);
        var document = ParseError(body.Span);
        var status = response.StatusCode;
        var code = document?.Code ?? FindHeader(response, "x-amzn-ErrorType");
        var message = code is null ? null : document?.Message;
        if (code == GlacierErrorCodes.InvalidSignature && message is not null)
        {
            message = NoteChangedHost(message, response.RequestMessage?.Headers.Host);
        }

        code ??= GlacierErrorCodes.UnreadableAnswer;
        return new GlacierException(code, message ?? ForeignAnswer.Describe(response, body.Span))
        {
            StatusCode = status,
            RequestId = FindHeader(response, HeaderNames.RequestId),
            RetryAfter = FindRetryAfter(response, timeProvider),
            IsTransient = GlacierException.IsTransientAnswer(status, code),
        };
    }

    public static GlacierException Unreadable(
        HttpResponseMessage response, string message, Exception? innerException = null) =>
        new(GlacierErrorCodes.UnreadableAnswer, message, innerException)
        {
            StatusCode = response.StatusCode,
            RequestId = FindHeader(response, HeaderNames.RequestId),
        };

    /// <summary>The refusal of a signature has the text that the server has verified. If a proxy has changed the host in it, the key and the
    /// clock are not to blame.</summary>
    private static string NoteChangedHost(string message, string? sent)
    {
        const string HostLine = "\nhost:";
        var at = message.IndexOf(HostLine, StringComparison.Ordinal);
        if (sent is null || at < 0)
        {
            return message;
        }

        var received = message[(at + HostLine.Length)..].Split('\n')[0];
        return received == sent ? message : message.Insert(
            message.IndexOf("\n\n", StringComparison.Ordinal) is >= 0 and var end && end < at ? end : message.Length,
            $" The server received the host '{received}' and not '{sent}': a proxy in between must pass the header Host on as it is.");
    }

    // A proxy may return a page of any size.
    private static async Task<ReadOnlyMemory<byte>> ReadBeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using var read = body.ConfigureAwait(false);
        var bytes = new byte[MaxErrorBytes];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return bytes.AsMemory(0, length);
    }

    /// <returns>Null if it is not the protocol's document.</returns>
    private static WireError? ParseError(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.WireError);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static TimeSpan? FindRetryAfter(HttpResponseMessage response, TimeProvider timeProvider) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date - timeProvider.GetUtcNow() is var wait && wait > TimeSpan.Zero => wait,
            _ => null,
        };
}

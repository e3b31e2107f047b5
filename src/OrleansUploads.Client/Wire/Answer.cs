using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansUploads.Client.Models;
using OrleansUploads.Core.Hashing;

namespace OrleansUploads.Client.Wire;

/// <summary>Reads what servers answer.</summary>
internal static class Answer
{
    private const int MaxErrorBytes = 64 * 1024;

    /// <summary>The JSON document of a success.</summary>
    public static async Task<T> ReadJsonAsync<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        try
        {
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken)
                ?? throw Unreadable(response, "The answer is the JSON null.");
        }
        catch (JsonException failure)
        {
            throw Unreadable(response, "The answer is not the JSON that the protocol says.", failure);
        }
    }

    /// <summary>A header that every server must send.</summary>
    public static string RequireHeader(HttpResponseMessage response, string name) =>
        FindHeader(response, name) ?? throw Unreadable(response, $"The answer has no {name}.");

    /// <summary>A header's value; null where it is absent.</summary>
    public static string? FindHeader(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>The header <c>x-amz-sha256-tree-hash</c>; null where it is absent.</summary>
    public static TreeHash? FindTreeHash(HttpResponseMessage response) =>
        FindHeader(response, HeaderNames.TreeHash) is not { } text ? null
        : TreeHash.TryParse(text, out var hash) ? hash
        : throw Unreadable(response, "The tree hash in the answer is malformed.");

    /// <summary>The <c>Content-Range</c> of a partial answer; null for a whole one.</summary>
    public static ByteRange? FindRange(HttpResponseMessage response) =>
        response.Content.Headers.ContentRange is { From: { } first, To: { } last } ? new ByteRange(first, last + 1) : null;

    /// <summary>The exception that a refusal becomes.</summary>
    public static async Task<GlacierException> ReadErrorAsync(
        HttpResponseMessage response, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var document = await ReadErrorDocumentAsync(response, cancellationToken);
        var status = response.StatusCode;
        var statusText = string.Create(CultureInfo.InvariantCulture, $"{(int)status} {response.ReasonPhrase}");
        var code = document?.Code ?? FindHeader(response, "x-amzn-ErrorType") ?? GlacierErrorCodes.UnreadableAnswer;
        return new GlacierException(code, document?.Message ?? $"The server answered {statusText}.")
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

    // Whatever stands between may answer with a page of HTML of any size; the status alone must then do.
    private static async Task<ErrorDocument?> ReadErrorDocumentAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var bytes = new byte[MaxErrorBytes];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(bytes.AsSpan(0, length), GlacierJson.Default.ErrorDocument);
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

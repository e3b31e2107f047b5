using System.Xml;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Finds what is wrong with an answer, for any request. The answers of a protocol differ in their codes and documents.</summary>
internal abstract class Judge
{
    /// <summary>Text that no answer may contain: internal type names and stack traces.</summary>
    private static readonly string[] InternalNames = ["System.", "Microsoft.", "OrleansUploads.", "   at ", ".cs:line", "StackTrace"];

    /// <summary>The statuses that Kestrel itself sends, without a body, to malformed HTTP.</summary>
    private static readonly int[] BareStatuses = [400, 405, 414, 431, 505];

    /// <summary>The header with the ID of an answer. An answer without it came from Kestrel itself.</summary>
    public abstract string RequestIdHeader { get; }

    protected abstract string ContentType { get; }

    /// <summary>Checks an answer.</summary>
    /// <param name="operation">The operation that the request addresses, or null for none.</param>
    /// <param name="isSound">Whether the request is unambiguous HTTP.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="isHead">Whether the request was a HEAD request, whose answer has no body.</param>
    /// <returns>What is wrong, or null if nothing is.</returns>
    public virtual string? FindFlaw(string? operation, bool isSound, ApiAnswer answer, bool isHead)
    {
        if (answer.Header(RequestIdHeader) is not { } id)
        {
            return isSound ? "Kestrel itself answered a valid HTTP request."
                : !BareStatuses.Contains(answer.Status) || answer.Body.Length > 0
                    ? $"Kestrel does not send {answer.Status} with {answer.Body.Length} bytes."
                : null;
        }

        return id.Length != RequestId.Chars ? $"The request ID has {id.Length} characters instead of {RequestId.Chars}."
            : answer.Status is >= 500 and not 501 ? $"The API must not answer {answer.Status}."
            : answer.Status >= 400 ? FindFlawOfError(answer, isHead)
            : operation is null || !SuccessesOf(operation).Contains(answer.Status)
                ? $"{operation ?? "An unknown operation"} must not answer {answer.Status}."
            : FindFlawOfSuccess(operation, answer, isHead);
    }

    /// <summary>The names under which an error is counted: its code and, if the answer reveals it, the refusal.</summary>
    public abstract IEnumerable<string> NamesOf(ApiAnswer error);

    protected abstract int[] SuccessesOf(string operation);

    protected abstract string? FindFlawOfSuccess(string operation, ApiAnswer answer, bool isHead);

    protected abstract string? FindFlawOfError(ApiAnswer answer, bool isHead);

    /// <summary>Reads a document, and throws the exception of its format if it is not valid.</summary>
    protected abstract void Read(ApiAnswer answer);

    protected string? FindFlawOfDocument(ApiAnswer answer)
    {
        if (answer.Header("Content-Type") != ContentType)
        {
            return $"The document has the content type '{answer.Header("Content-Type")}'.";
        }

        try
        {
            Read(answer);
            return null;
        }
        catch (Exception invalid) when (invalid is JsonException or XmlException)
        {
            return $"The document is not valid: {invalid.Message}";
        }
    }

    protected static string? FindFlawOfMessage(string message) =>
        string.IsNullOrWhiteSpace(message) ? "The error has no message."
        : InternalNames.FirstOrDefault(name => message.Contains(name, StringComparison.Ordinal)) is { } found
            ? $"The message contains '{found}'."
        : null;
}

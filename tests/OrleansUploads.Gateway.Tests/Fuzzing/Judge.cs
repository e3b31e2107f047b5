using System.Text.Json;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Glacier;
using OrleansUploads.Gateway.Http.Exchanges;
using OrleansUploads.TestKit.Documents;
using static OrleansUploads.Core.Policies.VaultAction;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Finds what is wrong with an answer, for any request.</summary>
internal static class Judge
{
    /// <summary>Text that no answer may contain: internal type names and stack traces.</summary>
    private static readonly string[] InternalNames = ["System.", "Microsoft.", "OrleansUploads.", "   at ", ".cs:line", "StackTrace"];

    /// <summary>The statuses that Kestrel itself sends, without a body, to malformed HTTP.</summary>
    private static readonly int[] BareStatuses = [400, 405, 414, 431, 505];

    /// <summary>The pairs of code and status in docs/errors.md.</summary>
    private static readonly HashSet<(string Code, int Status)> Documented =
    [
        .. Documentation.Rows("errors.md").Where(row => row.Length == 5 && row[1].StartsWith('`'))
            .Select(row => (row[1].Trim('`'), int.Parse(row[2], CultureInfo.InvariantCulture))),
    ];

    /// <summary>The operation that a request addresses, or null for none.</summary>
    public static VaultAction? OperationOf(string method, string target) =>
        GlacierRoute.Parse(method, RequestTarget.Parse(target))?.Action;

    /// <summary>Checks an answer.</summary>
    /// <param name="operation">The operation that the request addresses, or null for none.</param>
    /// <param name="isSound">Whether the request is unambiguous HTTP.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="isHead">Whether the request was a HEAD request, whose answer has no body.</param>
    /// <returns>What is wrong, or null if nothing is.</returns>
    public static string? Flaw(VaultAction? operation, bool isSound, ApiAnswer answer, bool isHead)
    {
        if (answer.Header(RequestId.AmazonHeader) is not { } id)
        {
            return isSound ? "Kestrel itself answered a valid HTTP request."
                : !BareStatuses.Contains(answer.Status) || answer.Body.Length > 0
                    ? $"Kestrel does not send {answer.Status} with {answer.Body.Length} bytes."
                : null;
        }

        return id.Length != RequestId.Chars ? $"The request ID has {id.Length} characters instead of {RequestId.Chars}."
            : answer.Status is >= 200 and < 300 ? SuccessFlaw(operation, answer)
            : answer.Status is >= 400 and < 500 ? ErrorFlaw(answer, isHead)
            : $"The API must not answer {answer.Status}.";
    }

    /// <summary>The internal name that a text contains, or null.</summary>
    public static string? FindInternalName(string text) =>
        InternalNames.FirstOrDefault(name => text.Contains(name, StringComparison.Ordinal));

    private static string? SuccessFlaw(VaultAction? operation, ApiAnswer answer)
    {
        if (operation is not { } known || !SuccessesOf(known).Contains(answer.Status))
        {
            return $"{operation?.ToString() ?? "An unknown operation"} must not answer {answer.Status}.";
        }

        var isDocument = answer.Status == 200 && known != GetJobOutput;
        return isDocument ? DocumentFlaw(answer)
            : known != GetJobOutput && answer.Body.Length > 0 ? "A success without a document has a body."
            : null;
    }

    private static string? ErrorFlaw(ApiAnswer answer, bool isHead)
    {
        var code = answer.Header("x-amzn-ErrorType");
        if (code is null || !Documented.Contains((code, answer.Status)))
        {
            return $"docs/errors.md has no error {code} with the status {answer.Status}.";
        }

        if (isHead)
        {
            return null;
        }

        if (DocumentFlaw(answer) is { } flaw)
        {
            return flaw;
        }

        var error = answer.Json;
        return error.ValueKind != JsonValueKind.Object || error.EnumerateObject().Count() != 3 ? "The error does not have three fields."
            : error.GetProperty("code").GetString() != code ? "The codes in the header and in the body differ."
            : error.GetProperty("type").GetString() != "Client" ? "The error's type is not 'Client'."
            : string.IsNullOrWhiteSpace(answer.Message) ? "The error has no message."
            : FindInternalName(answer.Message) is { } found
                ? $"The message contains '{found}'."
                : null;
    }

    private static string? DocumentFlaw(ApiAnswer answer)
    {
        if (answer.Header("Content-Type") != "application/json")
        {
            return $"The document has the content type '{answer.Header("Content-Type")}'.";
        }

        try
        {
            using var _ = JsonDocument.Parse(answer.Body);
            return null;
        }
        catch (JsonException invalid)
        {
            return $"The document is not valid JSON: {invalid.Message}";
        }
    }

    private static int[] SuccessesOf(VaultAction operation) => operation switch
    {
        CreateVault or UploadArchive or InitiateMultipartUpload or CompleteMultipartUpload or InitiateVaultLock
            or PurchaseProvisionedCapacity => [201],
        InitiateJob => [202],
        GetJobOutput => [200, 206],
        DeleteVault or DeleteArchive or UploadMultipartPart or AbortMultipartUpload or AddTagsToVault or RemoveTagsFromVault
            or SetVaultNotifications or DeleteVaultNotifications or SetVaultAccessPolicy or DeleteVaultAccessPolicy
            or CompleteVaultLock or AbortVaultLock or SetDataRetrievalPolicy => [204],
        _ => [200],
    };
}

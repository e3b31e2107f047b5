using System.Globalization;
using System.Text.Json;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Exchanges;
using OrleansUploads.Gateway.Tests.Harness;
using OrleansUploads.TestKit.Documents;
using static OrleansUploads.Gateway.Glacier.Protocol.GlacierOperation;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>Says what is wrong with an answer, whatever the request was.</summary>
internal static class Judge
{
    /// <summary>What never stands in an answer: names of this program's types and of those below it, and traces of calls.</summary>
    private static readonly string[] Secrets = ["System.", "Microsoft.", "OrleansUploads.", "   at ", ".cs:line", "StackTrace"];

    /// <summary>What the web server itself answers, without a body, to what is no HTTP.</summary>
    private static readonly int[] BareStatuses = [400, 405, 414, 431, 505];

    /// <summary>Codes and statuses that belong together, from the page that tells them.</summary>
    private static readonly HashSet<(string Code, int Status)> Documented =
    [
        .. Documentation.Rows("errors.md").Where(row => row.Length == 5 && row[1].StartsWith('`'))
            .Select(row => (row[1].Trim('`'), int.Parse(row[2], CultureInfo.InvariantCulture))),
    ];

    /// <summary>Which operation a request means; null for none.</summary>
    public static GlacierOperation? OperationOf(string method, string target) =>
        GlacierRoute.Parse(method, RequestTarget.Parse(target))?.Operation;

    /// <summary>Judges an answer.</summary>
    /// <param name="operation">Which operation the request means; null for none.</param>
    /// <param name="isSound">Whether the request is HTTP beyond doubt.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="isHead">Whether its body was left out.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public static string? Flaw(GlacierOperation? operation, bool isSound, ApiAnswer answer, bool isHead)
    {
        if (answer.Header(RequestId.AmazonHeader) is not { } id)
        {
            return isSound ? "A sound request was answered by the web server alone."
                : !BareStatuses.Contains(answer.Status) || answer.Body.Length > 0 ? "No answer of the web server looks like this."
                : null;
        }

        return id.Length != RequestId.Chars ? "The request ID has another length."
            : answer.Status is >= 200 and < 300 ? SuccessFlaw(operation, answer)
            : answer.Status is >= 400 and < 500 ? ErrorFlaw(answer, isHead)
            : $"The status {answer.Status} is none of this API's, or a failure.";
    }

    private static string? SuccessFlaw(GlacierOperation? operation, ApiAnswer answer)
    {
        if (operation is not { } known || !SuccessesOf(known).Contains(answer.Status))
        {
            return $"{operation?.ToString() ?? "No operation"} does not answer {answer.Status}.";
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
            return $"No error {code} with the status {answer.Status} is documented.";
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
        return error.ValueKind != JsonValueKind.Object || error.EnumerateObject().Count() != 3 ? "The error has not three fields."
            : error.GetProperty("code").GetString() != code ? "Header and body tell two codes."
            : error.GetProperty("type").GetString() != "Client" ? "The error is not the client's."
            : string.IsNullOrWhiteSpace(answer.Message) ? "The error has no message."
            : Secrets.FirstOrDefault(secret => answer.Message.Contains(secret, StringComparison.Ordinal)) is { } told
                ? $"The message tells of '{told}'."
                : null;
    }

    private static string? DocumentFlaw(ApiAnswer answer)
    {
        if (answer.Header("Content-Type") != "application/json")
        {
            return "The document's type is another one.";
        }

        try
        {
            using var _ = JsonDocument.Parse(answer.Body);
            return null;
        }
        catch (JsonException broken)
        {
            return $"The document is no JSON: {broken.Message}";
        }
    }

    private static int[] SuccessesOf(GlacierOperation operation) => operation switch
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

using OrleansUploads.TestKit.Documents;
using static OrleansUploads.Core.Policies.VaultAction;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

internal sealed class GlacierJudge : Judge
{
    /// <summary>The pairs of code and status in docs/errors.md.</summary>
    private static readonly HashSet<(string Code, int Status)> Documented =
    [
        .. Documentation.Rows("errors.md").Where(row => row.Length == 5 && row[1].StartsWith('`'))
            .Select(row => (row[1].Trim('`'), int.Parse(row[2], CultureInfo.InvariantCulture))),
    ];

    public override string RequestIdHeader => RequestId.AmazonHeader;

    protected override string ContentType => "application/json";

    public override IEnumerable<string> NamesOf(ApiAnswer error)
    {
        yield return $"code {CodeOf(error)}";
        if (error.Body.Length > 0 && RefusalWords.Find(error.Message) is { } refusal)
        {
            yield return $"refusal {refusal}";
        }
    }

    protected override int[] SuccessesOf(string operation) => Enum.Parse<VaultAction>(operation) switch
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

    protected override string? FindFlawOfSuccess(string operation, ApiAnswer answer, bool isHead) =>
        operation == nameof(GetJobOutput) ? null
        : answer.Status == 200 ? FindFlawOfDocument(answer)
        : answer.Body.Length > 0 ? "A success without a document has a body."
        : null;

    protected override string? FindFlawOfError(ApiAnswer answer, bool isHead)
    {
        var code = CodeOf(answer);
        if (code is null || !Documented.Contains((code, answer.Status)))
        {
            return $"docs/errors.md has no error {code} with the status {answer.Status}.";
        }

        return isHead ? null : FindFlawOfDocument(answer) ?? FindFlawOfError(answer.Json, code) ?? FindFlawOfMessage(answer.Message);
    }

    protected override void Read(ApiAnswer answer) => JsonDocument.Parse(answer.Body).Dispose();

    private static string? FindFlawOfError(JsonElement error, string code) =>
        error.ValueKind != JsonValueKind.Object || error.EnumerateObject().Count() != 3 ? "The error does not have three fields."
        : error.GetProperty("code").GetString() != code ? "The codes in the header and in the body differ."
        : error.GetProperty("type").GetString() != "Client" ? "The error's type is not 'Client'."
        : null;

    private static string? CodeOf(ApiAnswer answer) => answer.Header("x-amzn-ErrorType");
}

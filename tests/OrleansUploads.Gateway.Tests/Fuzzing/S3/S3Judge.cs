using System.Reflection;
using System.Xml;
using System.Xml.Linq;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

internal sealed class S3Judge : Judge
{
    private static readonly GlacierJudge VaultApi = new();

    /// <summary>Every error code with its status.</summary>
    public static IReadOnlyDictionary<string, int> Codes { get; } = typeof(S3ErrorCode)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Select(property => (S3ErrorCode)property.GetValue(null)!)
        .ToDictionary(code => code.Name, code => code.Status);

    public override string RequestIdHeader => S3Headers.RequestId;

    protected override string ContentType => "application/xml";

    /// <summary>A path or a scope of the vault API is that API's. Kestrel itself answers malformed HTTP.</summary>
    public override string? FindFlaw(string? operation, bool isSound, ApiAnswer answer, bool isHead) =>
        answer.Header(RequestIdHeader) is null
            ? VaultApi.FindFlaw(null, isSound, answer, isHead)
            : base.FindFlaw(operation, isSound, answer, isHead);

    public override IEnumerable<string> NamesOf(ApiAnswer error) =>
        error.Body.Length > 0 && Parse(error).Root?.Element("Code")?.Value is { } code ? [$"code {code}"] : [];

    protected override int[] SuccessesOf(string operation) => operation switch
    {
        "GetObject" or "HeadObject" => [200, 206, 304],
        "DeleteObject" or "DeleteBucket" or "AbortMultipartUpload" or "DeleteObjectTagging" => [204],
        "RestoreObject" => [200, 202],
        _ => [200],
    };

    protected override string? FindFlawOfSuccess(string operation, ApiAnswer answer, bool isHead) =>
        isHead || answer.Body.Length == 0 || operation == "GetObject" ? null : FindFlawOfDocument(answer);

    protected override string? FindFlawOfError(ApiAnswer answer, bool isHead)
    {
        if (isHead)
        {
            return Codes.Values.Contains(answer.Status) ? null : $"No error has the status {answer.Status}.";
        }

        if (FindFlawOfDocument(answer) is { } flaw)
        {
            return flaw;
        }

        // A request that names another service gets the document of AWS's query services, which the clients of these can read.
        var root = Parse(answer).Root!;
        var error = root.Name == "ErrorResponse" ? root.Element("Error")! : root;
        var code = error.Element("Code")?.Value ?? "";
        return error.Name != "Error" ? $"The error is in an element {error.Name}."
            : !Codes.TryGetValue(code, out var status) || status != answer.Status ? $"There is no error {code} with the status {answer.Status}."
            : error.Element("RequestId")?.Value != answer.Header(RequestIdHeader) ? "The request IDs in the header and in the body differ."
            : error.Element("HostId")?.Value is not { Length: > 0 } host || host != answer.Header(S3Headers.HostId) ? "The host IDs in the header and in the body differ."
            : FindFlawOfMessage(error.Element("Message")?.Value ?? "");
    }

    protected override void Read(ApiAnswer answer) => Parse(answer);

    /// <summary>Keys may have control characters, which XML 1.0 does not allow even as references.</summary>
    private static XDocument Parse(ApiAnswer answer)
    {
        using var reader = XmlReader.Create(new MemoryStream(answer.Body), new XmlReaderSettings { CheckCharacters = false });
        return XDocument.Load(reader);
    }
}

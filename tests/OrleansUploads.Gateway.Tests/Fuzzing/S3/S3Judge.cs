using System.Reflection;
using System.Xml;
using System.Xml.Linq;
using OrleansUploads.Gateway.Http.Exchanges;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Gateway.S3.Protocol;

namespace OrleansUploads.Gateway.Tests.Fuzzing.S3;

/// <summary>Finds what is wrong with an answer of S3, for any request.</summary>
internal static class S3Judge
{
    /// <summary>Every error code with its status.</summary>
    public static IReadOnlyDictionary<string, int> Codes { get; } = typeof(S3ErrorCode)
        .GetProperties(BindingFlags.Public | BindingFlags.Static)
        .Select(property => (S3ErrorCode)property.GetValue(null)!)
        .ToDictionary(code => code.Name, code => code.Status);

    /// <summary>Checks an answer.</summary>
    /// <param name="operation">The operation that the request addresses, or null for none.</param>
    /// <param name="isSound">Whether the request is unambiguous HTTP.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="isHead">Whether the request was a HEAD request, whose answer has no body.</param>
    /// <returns>What is wrong, or null if nothing is.</returns>
    public static string? FindFlaw(string? operation, bool isSound, ApiAnswer answer, bool isHead)
    {
        if (answer.Header(S3Headers.RequestId) is not { } id)
        {
            // A path or a scope of the vault API is that API's. Kestrel itself answers malformed HTTP.
            return Judge.Flaw(null, isSound, answer, isHead);
        }

        return id.Length != RequestId.Chars ? $"The request ID has {id.Length} characters instead of {RequestId.Chars}."
            : answer.Status is >= 200 and < 400 ? FindFlawOfSuccess(operation, answer, isHead)
            : FindFlawOfError(answer, isHead);
    }

    /// <summary>The code of an error, or null if the answer has none.</summary>
    public static string? CodeOf(ApiAnswer answer) =>
        answer is { Status: >= 400, Body.Length: > 0 } && answer.Header("Content-Type") == "application/xml"
            ? Parse(answer).Root?.Element("Code")?.Value
            : null;

    private static string? FindFlawOfSuccess(string? operation, ApiAnswer answer, bool isHead)
    {
        if (operation is null || !SuccessesOf(operation).Contains(answer.Status))
        {
            return $"{operation ?? "An unknown operation"} must not answer {answer.Status}.";
        }

        return isHead || answer.Body.Length == 0 || operation == nameof(S3Operation.GetObject) ? null : FindFlawOfDocument(answer);
    }

    private static string? FindFlawOfError(ApiAnswer answer, bool isHead)
    {
        if (answer.Status >= 500 && answer.Status != 501)
        {
            return $"The API must not answer {answer.Status}.";
        }

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
        var message = error.Element("Message")?.Value ?? "";
        return error.Name != "Error" ? $"The error is in an element {error.Name}."
            : !Codes.TryGetValue(code, out var status) || status != answer.Status ? $"There is no error {code} with the status {answer.Status}."
            : string.IsNullOrWhiteSpace(message) ? "The error has no message."
            : error.Element("RequestId")?.Value != answer.Header(S3Headers.RequestId) ? "The request IDs in the header and in the body differ."
            : Judge.FindInternalName(message) is { } found ? $"The message contains '{found}'."
            : null;
    }

    private static string? FindFlawOfDocument(ApiAnswer answer)
    {
        if (answer.Header("Content-Type") != "application/xml")
        {
            return $"The document has the content type '{answer.Header("Content-Type")}'.";
        }

        try
        {
            _ = Parse(answer);
            return null;
        }
        catch (XmlException invalid)
        {
            return $"The document is not valid XML: {invalid.Message}";
        }
    }

    /// <summary>Keys may have control characters, which XML 1.0 does not allow even as references.</summary>
    private static XDocument Parse(ApiAnswer answer)
    {
        using var reader = XmlReader.Create(new MemoryStream(answer.Body), new XmlReaderSettings { CheckCharacters = false });
        return XDocument.Load(reader);
    }

    private static int[] SuccessesOf(string operation) => operation switch
    {
        nameof(S3Operation.GetObject) or nameof(S3Operation.HeadObject) => [200, 206, 304],
        nameof(S3Operation.DeleteObject) or nameof(S3Operation.DeleteBucket) or nameof(S3Operation.AbortMultipartUpload)
            or nameof(S3Operation.DeleteObjectTagging) => [204],
        nameof(S3Operation.RestoreObject) => [200, 202],
        _ => [200],
    };
}

using OrleansUploads.Core.Refusals;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>A request to S3. Its address is known and not checked.</summary>
internal sealed class S3Call : FrontCall
{
    /// <summary>The headers, with those in a presigned URL.</summary>
    public required IHeaderDictionary Headers { get; init; }

    /// <summary>The bucket and the key, as sent.</summary>
    public required S3Address Address { get; init; }

    /// <summary>The body as the signature covers it.</summary>
    public required RequestPayload Payload { get; init; }

    /// <summary>The upload ID as sent, or an empty text. S3 has it in the query.</summary>
    public string UploadText
    {
        get => field ?? Query.FirstValue("uploadId") ?? "";
        init;
    }

    /// <summary>The value of a header, repeated headers joined by a comma, or null if the request does not have it.</summary>
    public string? Header(string name) =>
        Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    /// <summary>The error for a refusal.</summary>
    public S3Error Refuse(Refusal refusal) => Refuse(refusal, Address);

    /// <summary>The error for a refusal about another address than that of the request.</summary>
    public S3Error Refuse(Refusal refusal, S3Address address) => S3Refusals.Describe(refusal, address, UploadText);

    /// <inheritdoc/>
    protected override FrontError ErrorOf(Refusal refusal) => Refuse(refusal);
}

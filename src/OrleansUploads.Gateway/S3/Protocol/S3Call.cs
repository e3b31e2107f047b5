using System.Net;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Http.Authentication;

namespace OrleansUploads.Gateway.S3.Protocol;

/// <summary>A request whose signer, operation and address are known. Operations work on it.</summary>
internal sealed class S3Call
{
    /// <summary>The HTTP request and its response.</summary>
    public required HttpExchange Exchange { get; init; }

    /// <summary>The headers, with those in a presigned URL.</summary>
    public required IHeaderDictionary Headers { get; init; }

    /// <summary>The bucket and the key, as sent.</summary>
    public required S3Address Address { get; init; }

    /// <summary>The account that the signer acts for.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The server's region.</summary>
    public required string Region { get; init; }

    /// <summary>The body as the signature covers it.</summary>
    public required RequestPayload Payload { get; init; }

    /// <summary>The request on the wire.</summary>
    public HttpRequest Request => Exchange.Context.Request;

    /// <summary>The query's parameters.</summary>
    public QueryParameters Query => Exchange.Target.Query;

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Exchange.Aborted;

    /// <summary>The client's address, or null if the transport has no addresses.</summary>
    public IPAddress? RemoteAddress => Exchange.ClientAddress;

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

    /// <summary>Asks an entity. A refusal becomes the error of the request.</summary>
    public async ValueTask<TAnswer> AskAsync<TAnswer>(IEntityHost host, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class => OrRefuse(await host.AskAsync(entity, command, Aborted));

    /// <summary>The answer of an outcome. A refusal becomes the error of the request.</summary>
    public TAnswer OrRefuse<TAnswer>(Outcome<TAnswer> outcome)
        where TAnswer : class => outcome.TryGet(out var answer, out var refusal) ? answer : throw Refuse(refusal).AsException();

    /// <summary>The error for a refusal about another address than that of the request.</summary>
    public S3Error Refuse(Refusal refusal, S3Address address) => S3Refusals.Describe(refusal, address, UploadText);
}

using System.Net;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Entities;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>A request whose signer and operation are known. Operations work on it.</summary>
internal abstract class FrontCall
{
    /// <summary>The HTTP request and its response.</summary>
    public required HttpExchange Exchange { get; init; }

    /// <summary>The account that the signer acts for.</summary>
    public required AccountId Account { get; init; }

    /// <summary>The server's region.</summary>
    public required string Region { get; init; }

    /// <summary>The request on the wire.</summary>
    public HttpRequest Request => Exchange.Context.Request;

    /// <summary>The query's parameters.</summary>
    public QueryParameters Query => Exchange.Target.Query;

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Exchange.Aborted;

    /// <summary>The client's address, or null if the transport has no addresses.</summary>
    public IPAddress? RemoteAddress => Exchange.ClientAddress;

    /// <summary>Asks an entity. A refusal becomes the error of the request.</summary>
    public async ValueTask<TAnswer> AskAsync<TAnswer>(IEntityHost host, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => OrRefuse(await host.AskAsync(entity, command, Aborted));

    /// <summary>The answer of an outcome. A refusal becomes the error of the request.</summary>
    public TAnswer OrRefuse<TAnswer>(Outcome<TAnswer> outcome)
        where TAnswer : class => outcome.TryGet(out var answer, out var refusal) ? answer : throw ErrorOf(refusal).AsException();

    /// <summary>The error for a refusal, in the words of the protocol.</summary>
    protected abstract FrontError ErrorOf(Refusal refusal);
}

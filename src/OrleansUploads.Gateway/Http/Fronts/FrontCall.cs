using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Embedded;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Http.Admission;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>A request whose signer and operation are known. Operations are functions of it.</summary>
internal abstract class FrontCall
{
    /// <summary>What the operation works with.</summary>
    public required FrontServices Services { get; init; }

    /// <summary>The HTTP request and its response.</summary>
    public required HttpExchange Exchange { get; init; }

    /// <summary>The account that the signer acts for.</summary>
    public required AccountId Account { get; init; }

    public BytePaths Paths => Services.Paths;

    public string Region => Services.Options.Region;

    /// <summary>The request on the wire.</summary>
    public HttpRequest Request => Exchange.Context.Request;

    public QueryParameters Query => Exchange.Target.Query;

    /// <summary>Canceled when the client disconnects.</summary>
    public CancellationToken Aborted => Exchange.Aborted;

    /// <summary>The request's headers, as the protocol understands them.</summary>
    public required IHeaderDictionary Headers { get; init; }

    /// <summary>The value of a header, repeated headers joined by a comma, or null if the request does not have it.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var values) ? values.ToString() : null;

    public ValueTask<Outcome<TAnswer>> TryAskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => Services.Host.AskAsync(entity, command, Aborted);

    /// <summary>Asks an entity. A refusal becomes the error of the request.</summary>
    public async ValueTask<TAnswer> AskAsync<TAnswer>(EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => OrRefuse(await TryAskAsync(entity, command));

    /// <summary>The answer of an outcome. A refusal becomes the error of the request.</summary>
    public TAnswer OrRefuse<TAnswer>(Outcome<TAnswer> outcome)
        where TAnswer : class => outcome.TryGet(out var answer, out var refusal) ? answer : throw ErrorOf(refusal);

    /// <summary>The error for a refusal, in the words of the protocol.</summary>
    public abstract FrontError ErrorOf(Refusal refusal);

    /// <summary>The error for a malformed header that is the same in every protocol.</summary>
    public abstract FrontError InvalidHeader(string name, string value, string rule);
}

/// <summary>What the operations of all fronts work with.</summary>
/// <param name="Paths">The paths of the bytes.</param>
/// <param name="Policies">The parsed policies of vaults.</param>
/// <param name="Transfers">The slots of transfers.</param>
/// <param name="Options">The settings of the gateway.</param>
/// <param name="Space">The disk of the data folder, or null if bytes and journal are elsewhere.</param>
internal sealed record FrontServices(
    IEntityHost Host,
    BytePaths Paths,
    IdSource Ids,
    PolicyCache Policies,
    TransferLimiters Transfers,
    GatewayOptions Options,
    TimeProvider Time,
    IStorageSpace? Space = null)
{
    /// <summary>Requires the disk space that an operation needs, and waits for its slot. No bytes of a waiting upload are read.</summary>
    /// <remarks>The slot of an upload belongs to the received body, and the caller releases it when the operation has ended. The slot of a
    /// download is released after the response has been written.</remarks>
    /// <returns>The error if too many transfers are running and waiting, or null. It is not thrown, because an exception costs too much
    /// in a server that is overloaded.</returns>
    /// <exception cref="PartStoreFullException">There is too little space.</exception>
    public async ValueTask<HttpError?> AdmitAsync(HttpExchange exchange, AccountId account, SpaceUse space, Transfer transfer)
    {
        Space?.RequireFor(space);
        if (transfer == Transfer.None)
        {
            return null;
        }

        var limiter = transfer == Transfer.Receives ? Transfers.Bodies : Transfers.Outputs;
        var admission = await limiter.AcquireAsync(account, exchange.ClientAddress, exchange.Aborted);
        if (admission.Slot is not { } slot)
        {
            return new HttpError.Throttled(admission.Refusal);
        }

        if (transfer == Transfer.Receives)
        {
            exchange.Received.Slot = slot;
        }
        else
        {
            exchange.Context.Response.RegisterForDispose(slot);
        }

        return null;
    }
}

using OrleansUploads.Core.Accounts;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>GetDataRetrievalPolicy, SetDataRetrievalPolicy, ListProvisionedCapacity, PurchaseProvisionedCapacity.</summary>
internal sealed class AccountOperations(IEntityHost host, IdSource ids)
{
    /// <summary>Returns the account's data retrieval policy.</summary>
    public async ValueTask<GlacierAnswer> GetRetrievalPolicyAsync(GlacierCall call)
    {
        var found = await host.AskAsync(call.Account.Entity, new FindDataRetrievalPolicy(), call.Aborted);
        return found.TryGet(out var policy, out var refusal)
            ? new DocumentAnswer<DataRetrievalPolicyDocument>(
                DataRetrievalPolicyDocument.From(policy), AccountJson.Documents.DataRetrievalPolicyDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Sets the account's data retrieval policy.</summary>
    public async ValueTask<GlacierAnswer> SetRetrievalPolicyAsync(GlacierCall call)
    {
        if (!RetrievalPolicyBody.TryRead(call.Document, out var policy, out var error))
        {
            return error;
        }

        var set = await host.AskAsync(call.Account.Entity, new SetDataRetrievalPolicy(policy), call.Aborted);
        return set.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Lists the units of provisioned capacity that have not expired.</summary>
    public async ValueTask<GlacierAnswer> ListCapacityAsync(GlacierCall call)
    {
        var listed = await host.AskAsync(call.Account.Entity, new ListCapacity(), call.Aborted);
        return listed.TryGet(out var units, out var refusal)
            ? new DocumentAnswer<CapacityListDocument>(
                new CapacityListDocument([.. units.Units.Select(CapacityDocument.From)]),
                AccountJson.Documents.CapacityListDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Purchases a unit of provisioned capacity.</summary>
    public async ValueTask<GlacierAnswer> PurchaseCapacityAsync(GlacierCall call)
    {
        var purchased = await host.AskAsync(
            call.Account.Entity, new PurchaseCapacity(ids.NewCapacity()), call.Aborted);
        return purchased.TryGet(out var unit, out var refusal)
            ? EmptyAnswer.Created((GlacierHeaders.CapacityId, unit.Capacity.ToString()))
            : call.Refuse(refusal);
    }
}

using OrleansUploads.Core.Accounts;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>GetDataRetrievalPolicy, SetDataRetrievalPolicy, ListProvisionedCapacity, PurchaseProvisionedCapacity.</summary>
internal sealed class AccountOperations(IEntityHost host, IdSource ids)
{
    /// <summary>Returns the account's data retrieval policy.</summary>
    public async ValueTask<FrontAnswer> GetRetrievalPolicyAsync(GlacierCall call)
    {
        var policy = await call.AskAsync(host, call.Account.Entity, new FindDataRetrievalPolicy());
        return new DocumentAnswer<DataRetrievalPolicyDocument>(
            DataRetrievalPolicyDocument.From(policy), AccountJson.Documents.DataRetrievalPolicyDocument);
    }

    /// <summary>Sets the account's data retrieval policy.</summary>
    public async ValueTask<FrontAnswer> SetRetrievalPolicyAsync(GlacierCall call)
    {
        var policy = RetrievalPolicyBody.Read(call.Document);
        await call.AskAsync(host, call.Account.Entity, new SetDataRetrievalPolicy(policy));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Lists the units of provisioned capacity that have not expired.</summary>
    public async ValueTask<FrontAnswer> ListCapacityAsync(GlacierCall call)
    {
        var units = await call.AskAsync(host, call.Account.Entity, new ListCapacity());
        return new DocumentAnswer<CapacityListDocument>(
            new CapacityListDocument([.. units.Units.Select(CapacityDocument.From)]), AccountJson.Documents.CapacityListDocument);
    }

    /// <summary>Purchases a unit of provisioned capacity.</summary>
    public async ValueTask<FrontAnswer> PurchaseCapacityAsync(GlacierCall call)
    {
        var unit = await call.AskAsync(host, call.Account.Entity, new PurchaseCapacity(ids.NewCapacity()));
        return EmptyAnswer.Created((GlacierHeaders.CapacityId, unit.Capacity.ToString()));
    }
}

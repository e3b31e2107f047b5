using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Glacier.Protocol;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>InitiateVaultLock, GetVaultLock, CompleteVaultLock, AbortVaultLock.</summary>
internal sealed class LockOperations(IEntityHost host, IdSource ids)
{
    /// <summary>Puts a lock policy into effect. The lock has to be completed within 24 hours.</summary>
    public async ValueTask<FrontAnswer> InitiateAsync(GlacierCall call)
    {
        var policy = PolicyBody.Read(call, PolicyKind.Lock);
        var held = await call.AskAsync(host, call.Vault.Entity, new InitiateLock(call.Vault, ids.NewLock(), policy));
        return EmptyAnswer.Created((GlacierHeaders.LockId, held.Lock.ToString()));
    }

    /// <summary>Returns the lock and its policy.</summary>
    public async ValueTask<FrontAnswer> GetLockAsync(GlacierCall call)
    {
        var held = await call.AskAsync(host, call.Vault.Entity, new FindLock(call.Vault));
        return new DocumentAnswer<LockDocument>(LockDocument.From(held), PolicyJson.Documents.LockDocument);
    }

    /// <summary>Locks the vault permanently. A malformed ID gets the same error as any other wrong ID.</summary>
    public async ValueTask<FrontAnswer> CompleteAsync(GlacierCall call)
    {
        var id = LockId.TryParse(call.Id, out var parsed) ? parsed : default;
        await call.AskAsync(host, call.Vault.Entity, new CompleteLock(call.Vault, id));
        return EmptyAnswer.NoContent();
    }

    /// <summary>Aborts the lock in progress. It is not an error if the vault has none.</summary>
    public async ValueTask<FrontAnswer> AbortAsync(GlacierCall call)
    {
        await call.AskAsync(host, call.Vault.Entity, new AbortLock(call.Vault));
        return EmptyAnswer.NoContent();
    }
}

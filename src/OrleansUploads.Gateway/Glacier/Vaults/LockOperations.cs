using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>InitiateVaultLock, GetVaultLock, CompleteVaultLock, AbortVaultLock.</summary>
internal sealed class LockOperations(IEntityHost host, IdSource ids)
{
    /// <summary>Puts a lock policy into effect. The lock has to be completed within 24 hours.</summary>
    public async ValueTask<GlacierAnswer> InitiateAsync(GlacierCall call)
    {
        if (!PolicyBody.TryRead(call, PolicyKind.Lock, out var policy, out var error))
        {
            return error;
        }

        var command = new InitiateLock(call.Vault, ids.NewLock(), policy);
        var initiated = await host.AskAsync(call.Vault.Entity, command, call.Aborted);
        return initiated.TryGet(out var held, out var refusal)
            ? EmptyAnswer.Created((GlacierHeaders.LockId, held.Lock.ToString()))
            : call.Refuse(refusal);
    }

    /// <summary>Returns the lock and its policy.</summary>
    public async ValueTask<GlacierAnswer> GetLockAsync(GlacierCall call)
    {
        var found = await host.AskAsync(call.Vault.Entity, new FindLock(call.Vault), call.Aborted);
        return found.TryGet(out var held, out var refusal)
            ? new DocumentAnswer<LockDocument>(LockDocument.From(held), PolicyJson.Documents.LockDocument)
            : call.Refuse(refusal);
    }

    /// <summary>Locks the vault permanently. A malformed ID gets the same error as any other wrong ID.</summary>
    public async ValueTask<GlacierAnswer> CompleteAsync(GlacierCall call)
    {
        var id = LockId.TryParse(call.Id, out var parsed) ? parsed : default;
        var completed = await host.AskAsync(call.Vault.Entity, new CompleteLock(call.Vault, id), call.Aborted);
        return completed.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }

    /// <summary>Aborts the lock in progress. It is not an error if the vault has none.</summary>
    public async ValueTask<GlacierAnswer> AbortAsync(GlacierCall call)
    {
        var aborted = await host.AskAsync(call.Vault.Entity, new AbortLock(call.Vault), call.Aborted);
        return aborted.Refusal is { } refusal ? call.Refuse(refusal) : EmptyAnswer.NoContent();
    }
}

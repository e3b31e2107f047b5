using OrleansUploads.Core.Messages.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Checking;

/// <content>Pages of uploads in progress: between their vault and their uploads.</content>
internal sealed partial class AgreementCheck
{
    private IEnumerable<Damage> Find(EntityId entity, UploadPageState page)
    {
        foreach (var spec in page.Uploads.Values)
        {
            if (FaultOf(spec) is { } wrong
                && !IsBeingBegun(spec)
                && states.ReadUploadPage(entity).Uploads.ContainsKey(spec.Upload.ToString()))
            {
                yield return new Damage(DamageKind.Index, wrong) { Upload = spec.Upload, Vault = page.Vault.Id };
            }
        }
    }

    /// <summary>A page may list an upload before it begins.</summary>
    private bool IsBeingBegun(UploadSpec spec) =>
        states.ReadVault(spec.Vault.Id.Entity) is VaultState.Live live
        && live.Admissions.InFlight.GetValueOrDefault(spec.Upload.ToString()) is { Begun: false };

    /// <summary>The vault is told after an upload's end is durable, and so never knows of one that its page does not.</summary>
    private string? FaultOf(VaultIncarnation life, PageCounts counts) => Ask(() =>
    {
        var page = life.UploadPage(counts.Page);
        var closed = states.ReadUploadPage(page).Closed;
        return closed >= counts.Closed
            ? null
            : $"the vault was told of {counts.Closed} ended uploads of {page}, but the journal has only {closed}: uploads are lost";
    });
}

using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Engine.Checking;

/// <content>Checks the pages of uploads in progress against their vault and their uploads.</content>
internal sealed partial class AgreementCheck
{
    private IEnumerable<Damage> Find(EntityId entity, UploadPageState page)
    {
        foreach (var spec in page.Uploads.Values)
        {
            if (FaultOf(spec) is { } fault
                && !IsBeingAdmitted(spec)
                && states.ReadUploadPage(entity).Uploads.ContainsKey(spec.Upload.ToString()))
            {
                yield return new Damage(DamageKind.Index, fault) { Upload = spec.Upload, Vault = page.Vault.Id };
            }
        }
    }

    /// <summary>Whether the vault is still admitting an upload. A page may list an upload before it is initiated.</summary>
    private bool IsBeingAdmitted(UploadSpec spec) =>
        states.ReadVault(spec.Vault.Id.Entity) is VaultState.Live live
        && live.Admissions.InFlight.GetValueOrDefault(spec.Upload.ToString()) is { Begun: false };

    /// <summary>Compares a page with its vault. The page reports an upload's end to the vault after recording it, so the
    /// vault never counts an end that the page has not recorded.</summary>
    private string? FaultOf(VaultIncarnation incarnation, PageCounts counts) => DescribeFault(() =>
    {
        var page = incarnation.UploadPage(counts.Page);
        var closed = states.ReadUploadPage(page).Closed;
        return closed >= counts.Closed
            ? null
            : $"the vault counted {counts.Closed} ended uploads of {page}, but the journal has only {closed}: uploads are lost";
    });
}

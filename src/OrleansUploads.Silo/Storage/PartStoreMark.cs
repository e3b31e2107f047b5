using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Silo.Storage;

/// <summary>Ties the part store to the grain storage: both contain the same random mark.</summary>
/// <remarks>A silo with an empty database would collect all bytes as unowned. A silo whose shared folder is not mounted would
/// acknowledge parts that no other silo can read. The mark prevents both silos from starting.</remarks>
internal static class PartStoreMark
{
    public static async Task RequireMarkedAsync(IStoreMark parts, CancellationToken cancellationToken)
    {
        if (await parts.FindMarkAsync(cancellationToken) is null)
        {
            throw Describe(parts, StoreMarkFault.NotMarked, inner: null);
        }
    }

    public static async Task RequireUsableAsync(IStoreMark parts, CancellationToken cancellationToken)
    {
        await RequireMarkedAsync(parts, cancellationToken);
        if (await StoreOwnership.FindMovedAsync(parts, cancellationToken) is { } place)
        {
            throw Describe(StoreOwnedException.MovedTo(parts.Place, place));
        }
    }

    public static SettingException Describe(StoreOwnedException fault) => new(
        $"{VariableOf(nameof(SiloSettings.Parts))}: {fault.Message}" + (fault.HasMoved ? $". Set {VariableOf(nameof(SiloSettings.Parts))} to that store."
            : fault.IsContended ? "; start this process again."
            : ", and not by the cluster of these settings; if that one never runs again, run 'orleans-uploads-silo take-over' with these "
                + "settings."),
        fault);

    public static SettingException Describe(IStoreMark parts, StoreMarkFault fault, Exception? inner)
    {
        var (setting, kind) = parts is DiskPartStore ? (VariableOf(nameof(SiloSettings.PartsFolder)), "folder") : (VariableOf(nameof(SiloSettings.Parts)), "prefix");
        return new SettingException(
            $"{setting}: {parts.Place} " + fault switch
            {
                StoreMarkFault.NotMarked when parts is DiskPartStore =>
                    $"does not contain {FolderMark.FileName}, so it is not the folder that the silos share, or it is not mounted. The first "
                    + "silo of a cluster creates this file.",
                StoreMarkFault.NotMarked =>
                    "has no mark, so it is not the store that the silos share. The first silo of a cluster makes the mark.",
                StoreMarkFault.UnknownBytes =>
                    "contains bytes that are unknown to the storage. The silo would delete them, so it does not start. Restore the storage "
                    + $"from the same backup, correct {VariableOf(nameof(SiloSettings.ConnectionString))} or {VariableOf(nameof(SiloSettings.ServiceId))}, or use "
                    + $"an empty {kind}.",
                _ => $"belongs to another cluster or data folder, and not to the storage that {VariableOf(nameof(SiloSettings.ConnectionString))} and "
                    + $"{VariableOf(nameof(SiloSettings.ServiceId))} select. Correct one of these settings. If nothing else uses this {kind} and it is "
                    + $"empty, delete the mark '{parts.MarkName}' in it.",
            },
            inner);
    }
}

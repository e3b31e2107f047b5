using OrleansUploads.Engine.Disk;
using OrleansUploads.Engine.Memory;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Storage;

namespace OrleansUploads.Silo.Storage;

internal static class PartStores
{
    /// <summary>A gateway requires a store that a silo has marked.</summary>
    /// <exception cref="SettingException">It cannot be used; the message names the setting.</exception>
    public static async Task<IPartStore> OpenAsync(SiloSettings settings)
    {
        if (settings.PartsStore is { } address)
        {
            try
            {
                return await RequireAsync(settings, await ObjectStores.OpenAsync(address));
            }
            catch (PartStoreUnavailableException fault)
            {
                throw new SettingException($"{VariableOf(nameof(SiloSettings.Parts))}: {fault.Message}", fault);
            }
        }

        return settings.PartsFolder is not { } folder
            ? new MemoryPartStore()
            : await RequireAsync(settings, Use(
                nameof(SiloSettings.PartsFolder),
                () => DiskPartStore.OpenShared(folder, new DiskPartStoreOptions { DirectIo = settings.DirectIo })));
    }

    /// <summary>Opens the store for reading. Nothing is created or tried in it.</summary>
    /// <exception cref="PartStoreUnavailableException">The address or the credentials are no valid ones.</exception>
    public static IPartStore OpenForReading(SiloSettings settings) =>
        settings.PartsStore is { } address ? ObjectStores.OpenForReading(address) : DiskPartStore.OpenForReading(settings.PartsFolder!);

    private static async Task<T> RequireAsync<T>(SiloSettings settings, T parts)
        where T : IStoreMark
    {
        if (settings.Role == ProcessRole.Gateway)
        {
            await PartStoreMark.RequireUsableAsync(parts, CancellationToken.None);
        }

        return parts;
    }
}

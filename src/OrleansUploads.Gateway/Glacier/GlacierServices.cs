using Microsoft.Extensions.DependencyInjection.Extensions;
using OrleansUploads.Engine.Policies;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Glacier.Jobs;
using OrleansUploads.Gateway.Glacier.Multipart;
using OrleansUploads.Gateway.Glacier.Notifications;
using OrleansUploads.Gateway.Glacier.Vaults;
using OrleansUploads.Gateway.Http.Fronts;

namespace OrleansUploads.Gateway.Glacier;

/// <summary>Registers the front of the vault API.</summary>
internal static class GlacierServices
{
    /// <summary>Adds the front of the vault API to the gateway.</summary>
    public static IServiceCollection AddGlacierFront(this IServiceCollection services)
    {
        services.AddSingleton<VaultOperations>();
        services.AddSingleton<TagOperations>();
        services.AddSingleton<NotificationOperations>();
        services.AddSingleton<AccountOperations>();
        services.AddSingleton<ArchiveOperations>();
        services.AddSingleton<MultipartOperations>();
        services.AddSingleton<InventoryWriter>();
        services.TryAddSingleton<IInventoryMeter, InventoryMeter>();
        services.AddSingleton<JobInitiation>();
        services.AddSingleton<JobOperations>();
        services.AddSingleton<PolicyOperations>();
        services.AddSingleton<PolicyCache>();
        services.AddSingleton<PolicyGate>();
        services.AddSingleton<IFront, GlacierFront>();
        return services;
    }
}

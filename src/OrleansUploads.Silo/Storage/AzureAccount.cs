using System.Net;
using Azure;
using Azure.Data.Tables;
using Azure.Identity;
using OrleansUploads.Cluster.Azure;

namespace OrleansUploads.Silo.Storage;

/// <summary>The storage account of a cluster on Azure Storage.</summary>
internal static class AzureAccount
{
    /// <summary>Each request has its own, shorter time limit. This one is for the token of an identity.</summary>
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(30);

    /// <summary>Connects to the account's tables. Sends no request.</summary>
    /// <exception cref="SettingException">The connection string cannot be read.</exception>
    public static TableServiceClient Connect(SiloSettings settings)
    {
        if (settings.TableService is { } service)
        {
            return AzureTables.Connect(service, new DefaultAzureCredential(new DefaultAzureCredentialOptions
            {
                ExcludeAzureDeveloperCliCredential = true,
                ExcludeAzurePowerShellCredential = true,
                ExcludeVisualStudioCredential = true,
                ExcludeVisualStudioCodeCredential = true,
            }));
        }

        try
        {
            return AzureTables.Connect(settings.ConnectionString);
        }
        catch (FormatException fault)
        {
            throw new SettingException(
                $"{KnownSettings.ConnectionString.Variable} is not a connection string of Azure Storage: {FirstLine(fault)} It must be as the "
                + "Azure portal shows it, such as DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...;EndpointSuffix=core.windows.net.",
                fault);
        }
    }

    /// <summary>Checks that the account answers, and prepares its tables if the process is a silo.</summary>
    /// <returns>The latest generation of the silos at this silo's address, or 0 if there was none.</returns>
    /// <exception cref="SettingException">The account cannot be reached, or it refuses the requests. The message says why.</exception>
    public static async Task<int> RequireAsync(SiloSettings settings)
    {
        var setting = settings.TableService is null ? KnownSettings.ConnectionString : KnownSettings.TableService;
        var tables = Connect(settings);
        using var timeout = new CancellationTokenSource(CheckTime);
        try
        {
            if (settings.Role == ProcessRole.Silo)
            {
                var silo = new IPEndPoint(settings.AdvertisedAddress, settings.SiloPort);
                return await AzureStores.PrepareSiloAsync(tables, settings.ClusterId, silo, timeout.Token);
            }

            await AzureStores.CheckClientAsync(tables, settings.ClusterId, timeout.Token);
            return 0;
        }
        catch (RequestFailedException fault)
        {
            var advice = fault.Status != (int)HttpStatusCode.Forbidden ? ""
                : settings.TableService is null ? " Check the account's name and key."
                : " Give the identity the role Storage Table Data Contributor.";
            throw new SettingException(
                $"{setting.Variable}: Azure Storage at {tables.Uri.Authority} reported: {FirstLine(fault)}{advice}", fault);
        }
        catch (AuthenticationFailedException fault)
        {
            throw new SettingException($"{setting.Variable}: there is no token for Azure Storage: {FirstLine(fault)}", fault);
        }
        catch (OperationCanceledException fault)
        {
            throw new SettingException(
                $"{setting.Variable}: Azure Storage at {tables.Uri.Authority} did not answer within {CheckTime.TotalSeconds:F0} seconds.",
                fault);
        }
    }

    /// <summary>The further lines of an error repeat the whole response.</summary>
    private static string FirstLine(Exception fault)
    {
        var line = fault.Message.Split(['\r', '\n'], 2)[0];
        return line.EndsWith('.') ? line : $"{line}.";
    }
}

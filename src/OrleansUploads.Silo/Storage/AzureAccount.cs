using System.Net;
using Azure;
using Azure.Data.Tables;
using Azure.Identity;
using OrleansUploads.Cluster.Azure;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Silo.Identity;

namespace OrleansUploads.Silo.Storage;

internal static class AzureAccount
{
    /// <summary>Each request has its own, shorter time limit. This one is for the token of an identity.</summary>
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(30);

    /// <summary>Creates a client of the tables. Sends no request.</summary>
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
                $"{VariableOf(nameof(SiloSettings.ConnectionString))} is not a connection string of Azure Storage: {FirstLine(fault)} It must be as the "
                + "Azure portal shows it, such as DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...;EndpointSuffix=core.windows.net.",
                fault);
        }
    }

    /// <summary>Checks that the account answers and that its tables are no copy, and prepares them if the process is a silo. Returns
    /// the latest generation of the silos at this silo's address, or 0 if there was none.</summary>
    /// <param name="settings">They get the identity of the cluster.</param>
    /// <exception cref="SettingException">The account cannot be reached, or it refuses the requests. The message says why.</exception>
    public static async Task<int> RequireAsync(SiloSettings settings)
    {
        var isSilo = settings.Role == ProcessRole.Silo;
        var tables = Connect(settings);
        return await AskAsync(settings, async cancellationToken =>
        {
            var identity = await new AzureIdentity(tables, settings.ServiceId).RequireAsync(makes: isSilo, cancellationToken);
            settings.Use(identity);
            if (isSilo)
            {
                var silo = new IPEndPoint(settings.Address, settings.SiloPort);
                return await AzureStores.PrepareSiloAsync(tables, settings.ClusterId, silo, cancellationToken);
            }

            await AzureStores.CheckClientAsync(tables, settings.ClusterId, cancellationToken);
            return 0;
        });
    }

    /// <summary>Asks the account.</summary>
    /// <exception cref="SettingException">The account cannot be reached, or it refuses the requests. The message says why.</exception>
    public static async Task<T> AskAsync<T>(SiloSettings settings, Func<CancellationToken, Task<T>> askAsync)
    {
        var setting = settings.TableService is null ? nameof(SiloSettings.ConnectionString) : nameof(SiloSettings.TableService);
        var account = Connect(settings).Uri.Authority;
        using var timeout = new CancellationTokenSource(CheckTime);
        try
        {
            return await askAsync(timeout.Token);
        }
        catch (Exception fault) when (fault is RequestFailedException or StorageRefusedException)
        {
            throw new SettingException($"{VariableOf(setting)}: Azure Storage at {account} reported: {FirstLine(fault)}", fault);
        }
        catch (AuthenticationFailedException fault)
        {
            throw new SettingException($"{VariableOf(setting)}: there is no token for Azure Storage: {FirstLine(fault)}", fault);
        }
        catch (OperationCanceledException fault)
        {
            throw new SettingException(
                $"{VariableOf(setting)}: Azure Storage at {account} did not answer within {CheckTime.TotalSeconds:F0} seconds.",
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

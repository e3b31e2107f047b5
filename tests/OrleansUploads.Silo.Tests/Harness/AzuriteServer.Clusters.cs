namespace OrleansUploads.Silo.Tests.Harness;

/// <content>As the server of a cluster under test, in which it can be stopped.</content>
public sealed partial class AzuriteServer : IDatabaseServer
{
    string IDatabaseServer.Name => "Azurite";

    async Task<IClusterDatabase> IDatabaseServer.CreateAsync() => new AzureDatabase(await CreateLocalClusterAsync());

    Task IDatabaseServer.StopAsync() => StopProcessAsync();

    Task IDatabaseServer.StartAsync() => StartProcessAsync();
}

namespace OrleansUploads.Silo.Tests.Harness;

internal sealed class PostgresClusterDatabase(string connectionString) : IClusterDatabase
{
    public Dictionary<string, string?> NewSilo(string partsFolder) => RunningSilo.OnPostgres(connectionString, partsFolder);

    public async Task<bool> HasSiloAsync(string siloPort) =>
        await CountAsync($"orleansmembershiptable WHERE port = {siloPort} AND status <> {(int)SiloStatus.Dead}") > 0;

    public Task<long> CountRowsAsync() => CountAsync(
        $"({string.Join(" UNION ALL ", PostgresTables.All.Select(static table => $"SELECT FROM {table}"))}) stored");

    public Task<long> CountWakesAsync() => CountAsync("uploads_wake");

    private async Task<long> CountAsync(string rows) => long.Parse(
        (await PostgresServer.QueryAsync(connectionString, $"SELECT count(*) FROM {rows}"))!, CultureInfo.InvariantCulture);
}

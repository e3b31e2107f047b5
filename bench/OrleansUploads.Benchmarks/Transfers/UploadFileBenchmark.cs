namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>Compares <c>upload</c> of a large file with prepared parts over as many connections, and with the AWS CLI's
/// <c>upload-archive</c> of the same file.</summary>
internal sealed class UploadFileBenchmark : IBenchmark
{
    private const double LeastRatioToParts = 0.9;
    private const double LeastRatioToAws = 2;
    private const int Workers = 4;

    public string Name => "upload-file";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var parts = new ArchiveParts(session.Pick(128, 8));
        var path = Path.Combine(session.Folder, "archive");
        await using (var file = File.Create(path))
        {
            foreach (var body in parts.Bodies)
            {
                await file.WriteAsync(body, cancellationToken);
            }
        }

        await using var gateway = await GatewayServer.StartAsync(session.Subfolder("gateway"), cancellationToken);
        using var connections = new Connections(Workers);
        var toParts = await new Rounds($"{Name}, prepared parts", Unit.GibibytesPerSecond, session.Pick(5, 1)).AlternateAsync(
            OursAsync,
            async token =>
            {
                var upload = await gateway.BeginAsync(token);
                var requests = gateway.PartRequests(parts, upload);
                var time = await connections.SendAllAsync(requests, token);
                await gateway.CompleteAsync(parts, upload, token);
                return parts.Gibibytes / time.TotalSeconds;
            },
            cancellationToken);
        var toAws = await new Rounds($"{Name}, aws", Unit.GibibytesPerSecond, session.Pick(3, 1)).AlternateAsync(
            OursAsync,
            async token => parts.Gibibytes / (await ClientProcess.RunAsync(
                "aws",
                [
                    "glacier", "upload-archive", "--account-id", "-", "--vault-name", GatewayServer.Vault, "--body", path,
                    "--endpoint-url", gateway.Process.Address.ToString().TrimEnd('/'),
                ],
                gateway,
                token)).TotalSeconds,
            cancellationToken);
        return
        [
            Verdict.OfRatio($"{Name}, prepared parts", Unit.GibibytesPerSecond, toParts, LeastRatioToParts),
            Verdict.OfRatio($"{Name}, aws", Unit.GibibytesPerSecond, toAws, LeastRatioToAws),
        ];

        async Task<double> OursAsync(CancellationToken token) => parts.Gibibytes / (await ClientProcess.RunOursAsync(
            session,
            gateway,
            ["upload", path, "--vault", GatewayServer.Vault, "--quiet", "--new", "--workers", $"{Workers}"],
            token)).TotalSeconds;
    }
}

using System.Diagnostics;

namespace OrleansUploads.Benchmarks.Transfers;

/// <summary>States the server's processor time when boto3 uploads a file with four threads: with a checksum of each part, and with none but
/// those that the signature and the ETag need.</summary>
internal sealed class Boto3Benchmark : IBenchmark
{
    private const string Bucket = "benchmarks";

    /// <summary>Uploads a file. Over HTTP, boto3 signs the SHA-256 hash of each part.</summary>
    private const string Script =
        """
        import sys, boto3
        from boto3.s3.transfer import TransferConfig
        endpoint, key_id, secret, bucket, path, checksum = sys.argv[1:]
        s3 = boto3.client('s3', endpoint_url=endpoint, region_name='us-east-1',
                          aws_access_key_id=key_id, aws_secret_access_key=secret)
        extra = {'ChecksumAlgorithm': checksum} if checksum else {}
        s3.upload_file(path, bucket, 'object', ExtraArgs=extra, Config=TransferConfig(max_concurrency=4))
        """;

    public string Name => "s3-boto3";

    public async Task<IReadOnlyList<Verdict>> RunAsync(Session session, CancellationToken cancellationToken)
    {
        var mebibytes = session.Pick(512, 32);
        var gibibytes = mebibytes / 1024.0;
        var path = await ClientProcess.WriteFileAsync(
            session, "object.bin", (long)mebibytes << 20, seed: 1, cancellationToken);
        await using var gateway = await GatewayServer.StartAsync(session.Subfolder("gateway"), cancellationToken, createsVault: false);
        await gateway.BucketNamed(Bucket).CreateAsync(cancellationToken);
        var use = new ServerUse(gibibytes);
        var rounds = new Rounds(Name, Unit.GibibytesPerSecond, session.Pick(5, 1), WarmUps: 1);
        var medians = await rounds.AlternateAsync(
            token => use.OfSubjectAsync(gateway.Process, () => UploadAsync(gateway, path, "CRC32", token)),
            token => use.OfBaselineAsync(gateway.Process, () => UploadAsync(gateway, path, "", token)),
            cancellationToken);
        var md5 = await HashAsync(path, cancellationToken) / gibibytes;
        return
        [
            Verdict.OfInterest($"{Name}, CRC32 of each part", Unit.GibibytesPerSecond, medians),
            Verdict.OfInterest($"{Name}, processor time", Unit.ProcessorMillisecondsPerGibibyte, use.ProcessorTime),
            Verdict.OfInterest(
                $"{Name}, processor time without MD5",
                Unit.ProcessorMillisecondsPerGibibyte,
                new Medians(use.ProcessorTime.Subject - md5, use.ProcessorTime.Baseline - md5)),
        ];

        async Task<double> UploadAsync(GatewayServer server, string file, string checksum, CancellationToken token)
        {
            var watch = Stopwatch.StartNew();
            using var python = Process.Start(
                "/usr/bin/python3",
                ["-c", Script, server.Process.Address.ToString(), GatewayServer.AccessKeyId, GatewayServer.Secret, Bucket, file, checksum]);
            await python.WaitForExitAsync(token);
            return python.ExitCode == 0
                ? gibibytes / watch.Elapsed.TotalSeconds
                : throw new InvalidOperationException($"python3 with boto3 ended with {python.ExitCode}. Install Debian's python3-boto3.");
        }
    }

    /// <summary>The processor time of the MD5 of all bytes, which the ETag needs.</summary>
    private static async Task<double> HashAsync(string path, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(path, cancellationToken);
        using var self = Process.GetCurrentProcess();
        var before = self.TotalProcessorTime;
        _ = Md5Digest.Compute(bytes);
        self.Refresh();
        return (self.TotalProcessorTime - before).TotalMilliseconds;
    }
}

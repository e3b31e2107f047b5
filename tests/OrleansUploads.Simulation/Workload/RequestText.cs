namespace OrleansUploads.Simulation.Workload;

internal static class RequestText
{
    public static string Of(Request request) => request switch
    {
        Request.CreateVault r => $"create vault {r.Vault}",
        Request.DeleteVault r => $"delete vault {r.Vault}",
        Request.DescribeVault r => $"describe vault {r.Vault}",
        Request.ListVaults => "list vaults",
        Request.InitiateUpload r => $"initiate in vault {r.Vault}",
        Request.PutPart r => $"put {r.Upload.ToString()[..6]} slot {r.Slot} = {r.Content}{Of(r.Lie)}",
        Request.GrantWrite r => $"grant {r.Upload.ToString()[..6]} slot {r.Slot} = {r.Content}{(r.OnlyIfMissing ? " if missing" : "")}",
        Request.ReportWritten r => $"report {r.Upload.ToString()[..6]} slot {r.Slot} = {r.Content} as {r.LengthBytes} bytes",
        Request.CompleteUpload r => $"complete {r.Upload.ToString()[..6]} as {Of(r.Claim)}",
        Request.AbortUpload r => $"abort {r.Upload.ToString()[..6]}",
        Request.ListParts r => $"list parts of {r.Upload.ToString()[..6]}",
        Request.ListUploads r => $"list uploads of vault {r.Vault}",
        Request.PutArchive r => $"put archive {r.Content} into vault {r.Vault}{Of(r.Lie)}",
        Request.DeleteArchive r => $"delete archive {r.Archive.ToString()[..6]}",
        Request.DeleteForeseen r => $"delete archive {r.Archive.ToString()[..6]} of {r.Upload.ToString()[..6]}",
        Request.SetAccess r => $"forbid deletions in vault {r.Vault} before {r.YoungerThanDays} days by access policy",
        Request.InitiateLock r => $"lock vault {r.Vault} for {r.YoungerThanDays} days",
        Request.CompleteLock r => $"complete the lock {r.Lock.ToString()[..6]} of vault {r.Vault}",
        Request.AbortLock r => $"abort the lock of vault {r.Vault}",
        Request.ReadArchive r => $"read archive {r.Archive.ToString()[..6]}{(r.OnlyRange ? " (a range)" : "")}",
        _ => request.ToString(),
    };

    public static string Of(Step step) => step switch
    {
        Step.Ask s => $"client {s.Actor}  {s.Operation}  (host {s.Host}, {s.Attempts}x, {s.Timeout.TotalSeconds}s)",
        Step.Crash s => $"nemesis   crash host {s.Host} for {s.Downtime.TotalSeconds:F1}s",
        Step.Wake s => $"nemesis   wake scan on host {s.Host}",
        Step.Collect s => $"nemesis   collect on host {s.Host} with grace {s.Grace}",
        Step.Suspend s => $"nemesis   suspend for {s.For.TotalSeconds:F1}s",
        Step.FillDisk s => $"nemesis   disk full for {s.For.TotalSeconds:F1}s",
        _ => step.ToString(),
    };

    private static string Of(Lie lie) => lie == Lie.None ? "" : $" lying: {lie}";

    private static string Of(Claim claim) =>
        claim.Contents is { } contents ? string.Join(" ", contents) : $"a wrong claim of {claim.SizeBytes} bytes";
}

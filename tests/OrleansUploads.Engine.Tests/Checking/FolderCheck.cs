using OrleansUploads.Engine.Checking;

namespace OrleansUploads.Engine.Tests.Checking;

internal static class FolderCheck
{
    public static async Task<(IReadOnlyList<Damage> Damage, CheckTally Tally)> RunAsync(string folder, CheckOptions options)
    {
        var damage = new List<Damage>();
        using var opened = DataFolderCheck.Open(folder, parts: null, options with { OnDamage = damage.Add }, TimeProvider.System);
        var tally = await opened.Check.RunAsync(CheckPosition.Start, CancellationToken.None);
        Assert.Equal(damage.Count, tally.Damaged);
        return (damage, tally);
    }
}

using OrleansUploads.Engine.Sqlite;

namespace OrleansUploads.Engine.Tests.Journals;

public sealed class SqliteFaultTests
{
    private const int InputOutput = 5;
    private const int NoSpace = 28;
    private const int FlushFailed = 1034;
    private const int IndexNotGrown = 4874;

    [Fact]
    public void A_full_disk_that_cannot_grow_the_log_index_is_not_a_failed_disk()
    {
        var fault = new SqliteFault(IndexNotGrown, "disk I/O error", systemError: 0);

        Assert.False(fault.IsDiskFailure);
        Assert.True(fault.IsInputOutput);
    }

    [Theory]
    [InlineData(InputOutput, true)]
    [InlineData(0, true)]
    [InlineData(NoSpace, false)]
    public void A_failed_flush_is_a_failed_disk_unless_the_disk_is_full(int systemError, bool isDiskFailure) =>
        Assert.Equal(isDiskFailure, new SqliteFault(FlushFailed, "disk I/O error", systemError).IsDiskFailure);
}

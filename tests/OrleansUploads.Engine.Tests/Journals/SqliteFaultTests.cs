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
        Assert.True(fault.IsDiskFull);
    }

    [Fact]
    public void A_full_disk_is_reported_as_such_by_SQLite_and_by_the_file_system()
    {
        Assert.True(IsDiskFull(new SqliteFault(IndexNotGrown, "disk I/O error", systemError: 0)));
        Assert.True(IsDiskFull(new IOException("No space left on device.", NoSpace)));
        Assert.False(IsDiskFull(new SqliteFault(FlushFailed, "disk I/O error", InputOutput)));
        Assert.False(IsDiskFull(new IOException("Input/output error.", InputOutput)));

        static bool IsDiskFull(Exception failure) => Assert.IsType<JournalUnavailableException>(
            SqliteFault.ToJournalException(failure, "Opening the journal")).IsDiskFull;
    }

    [Theory]
    [InlineData(InputOutput, true)]
    [InlineData(0, true)]
    [InlineData(NoSpace, false)]
    public void A_failed_flush_is_a_failed_disk_unless_the_disk_is_full(int systemError, bool isDiskFailure) =>
        Assert.Equal(isDiskFailure, new SqliteFault(FlushFailed, "disk I/O error", systemError).IsDiskFailure);
}

using OrleansUploads.Core.Service;

namespace OrleansUploads.Core.Tests.Service;

public sealed class ServiceDeciderTests() : DeciderDriver<ServiceState, ServiceCommand, ServiceEvent>(new ServiceDecider())
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private ServiceStatus Beat(double fromMinute, double toMinute) => Ask(new RecordBeat(At(fromMinute), At(toMinute)));

    private static DateTimeOffset At(double minute) => Some.Noon + (minute * Minute);

    [Fact]
    public void The_time_before_the_first_beat_is_unknown() => Assert.Equal([new(At(0), At(0))], Beat(-60, 0).Served);

    [Fact]
    public void Consecutive_beats_form_one_interval_and_an_outage_starts_a_new_one()
    {
        Beat(0, 0);
        Beat(0, 1);
        Beat(1, 2);
        Beat(500, 500);
        var status = Beat(500, 501);

        Assert.Equal([new(At(0), At(2)), new(At(500), At(501))], status.Served);
        Assert.Null(status.Fault);
    }

    [Fact]
    [Promise("cluster.md", "a silo's clock jumps while it runs, or the cluster's clocks are behind the journal")]
    public void A_clock_behind_the_journal_is_a_fault_until_an_operator_accepts_the_clock()
    {
        Beat(0, 0);
        Beat(0, 100);

        var fault = Beat(40, 40).Fault;

        Assert.Equal(new ClockFault(ClockFaultKind.BehindJournal, At(40), At(100)), fault);
        Assert.Equal(fault, Beat(101, 102).Fault);
        Now = At(50);
        var accepted = Ask(new AcceptClock());
        Assert.Null(accepted.Fault);
        Assert.Equal([new(At(50), At(50))], accepted.Served);
        Assert.Equal([new(At(50), At(51))], Beat(50, 51).Served);
    }

    [Fact]
    public void Two_hosts_clocks_may_differ_by_the_clock_tolerance()
    {
        Beat(0, 0);
        Beat(0, 10);

        Assert.Null(Beat(9, 9).Fault);
        Assert.NotNull(Beat(8.9, 8.9).Fault);
    }

    [Fact]
    public void Time_does_not_count_while_the_clock_is_not_trusted()
    {
        Beat(0, 0);
        Beat(0, 1);
        var fault = new ClockFault(ClockFaultKind.Jumped, At(10_000), At(2));
        Ask(new ReportClockFault(fault));

        Assert.Equal([new(At(0), At(1))], Beat(10_000, 10_001).Served);
        Assert.Equal(fault, Ask(new ReportClockFault(fault with { Shown = At(0) })).Fault);
    }

    [Fact]
    public void A_clock_set_back_right_after_it_was_accepted_is_detected()
    {
        Beat(0, 0);
        Ask(new ReportClockFault(new ClockFault(ClockFaultKind.Jumped, At(10_000), At(1))));
        Now = At(9_000);
        Ask(new AcceptClock());

        Assert.NotNull(Beat(5_000, 5_000).Fault);
    }

    [Fact]
    public void A_backup_lasts_until_its_lease_expires_or_it_is_ended()
    {
        Assert.Equal(At(60), Ask(new BeginBackup(60 * Minute)).BackupUntil);
        Assert.Equal(At(60), Ask(new BeginBackup(30 * Minute)).BackupUntil);
        Now = At(50);
        Assert.Equal(At(110), Ask(new BeginBackup(60 * Minute)).BackupUntil);
        Assert.Null(Ask(new EndBackup()).BackupUntil);
        Unchanged(new EndBackup());
    }

    [Fact]
    public void Asking_for_the_status_changes_nothing()
    {
        Ask(new BeginBackup(60 * Minute));
        var fault = new ClockFault(ClockFaultKind.Jumped, At(9), At(8));
        Ask(new ReportClockFault(fault));

        var asked = Unchanged(new DescribeService());
        Assert.Equal((fault, At(60)), (((ServiceStatus)asked.Answer).Fault, ((ServiceStatus)asked.Answer).BackupUntil!.Value));
    }

    [Fact]
    public void A_lease_lasts_at_most_a_week() =>
        Assert.Equal(Some.Noon + TimeSpan.FromDays(7), Ask(new BeginBackup(TimeSpan.FromDays(100))).BackupUntil);
}

using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

public sealed class SignalCountTests
{
    [Fact]
    public void A_signal_within_a_second_is_a_copy_and_a_later_one_is_a_second_signal()
    {
        var time = new ManualTime();
        var signals = new SignalCount(time);

        Assert.False(signals.AddAndTestForSecond());
        Assert.False(signals.AddAndTestForSecond());
        time.Advance(SignalCount.CopyTime - TimeSpan.FromMilliseconds(1));
        Assert.False(signals.AddAndTestForSecond());
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(signals.AddAndTestForSecond());
        Assert.True(signals.AddAndTestForSecond());
    }
}

(empty({systems:Array(String)}) OR System IN {systems:Array(String)})
    AND (empty({services:Array(String)}) OR ServiceName IN {services:Array(String)})
    AND (empty({steps:Array(String)}) OR Step IN {steps:Array(String)})
    AND (empty({processes:Array(String)}) OR Process IN {processes:Array(String)})
